import { accessFiles, assumeRole, userWith, type ClickHouseUser } from './clickhouse-users';

const ann: ClickHouseUser = { name: 'ann', password: 'a', grants: ['SELECT ON hw.events'] };
const root: ClickHouseUser = { name: 'default', password: 'b' };

describe('userWith', () => {
  it.each([
    ['the right password', 'ann', 'a', ann],
    ["another's password", 'ann', 'b', null],
    ['nobody', 'bob', 'a', null],
    ['no password', 'ann', '', null],
  ])('%s', (_case, name, password, expected) => {
    expect(userWith([ann, root], name, password)).toBe(expected);
  });
});

describe('assumeRole', () => {
  it('holds each user to a role where somebody may do less than everything', () => {
    expect([assumeRole([ann, root], ann), assumeRole([ann, root], root)]).toEqual([
      'SET ROLE user_0',
      'SET ROLE user_1',
    ]);
    expect(assumeRole([root], root)).toBeNull();
  });
});

describe('accessFiles', () => {
  it('makes a role of each user, and keeps passwords out', () => {
    const { config, users } = accessFiles(
      [{ ...ann, password: 'sesame' }, { name: 'r', password: 'sesame', readonly: true }, root],
      '/data/<x>/users.xml',
    );
    expect(config).toContain('<path>/data/&lt;x&gt;/users.xml</path>');
    expect(users).toContain('<user_0><grants><query>GRANT SELECT ON hw.events</query></grants></user_0>');
    expect(users).toContain('<user_1><grants><query>GRANT SELECT, SHOW ON *.*</query></grants></user_1>');
    expect(users).toContain('<user_2><grants><query>GRANT ALL ON *.*</query></grants></user_2>');
    expect(config + users).not.toContain('sesame');
  });
});
