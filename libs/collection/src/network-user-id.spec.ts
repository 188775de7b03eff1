import { broughtId } from './network-user-id';

const A = 'aaaaaaaa-0000-4000-8000-00000000000a';
const B = 'bbbbbbbb-0000-4000-8000-00000000000b';
const on = { enabled: true, name: 'sp' };

describe('broughtId', () => {
  it.each([
    ['the parameter before the cookie', `e=pv&nuid=${A}`, { cookie: `sp=${B}` }, A],
    ['the parameter in capitals, as small letters', `nuid=${A.toUpperCase()}`, {}, A],
    ['the last of two, as the enricher does', `nuid=${B}&nuid=${A}`, {}, A],
    ['the one that is not empty', `nuid=${A}&nuid=`, {}, A],
    ['the parameter in escapes', `%6euid=${A}`, {}, A],
    ['the cookie', null, { cookie: `x=1; sp=${B}; y=2` }, B],
    ['the first of two cookies of the name', null, { cookie: `sp=${B}; sp=${A}` }, B],
    ['nothing', null, {}, null],
    ['nothing of another cookie', null, { cookie: `xsp=${B}; spx=${B}` }, null],
    ['nothing of a parameter that ends alike', `tnuid=${A}`, {}, null],
    ['nothing where the parameter is an address', 'nuid=81.2.69.142', {}, null],
    ['nothing where the cookie would break a header', null, { cookie: 'sp=a\tb' }, null],
  ])('takes %s', (_case, querystring, headers, expected) => {
    expect(broughtId(querystring, headers, on)).toBe(expected);
  });

  it('reads no cookie while cookies are off', () => {
    expect(broughtId(null, { cookie: `sp=${B}` }, { ...on, enabled: false })).toBeNull();
  });
});
