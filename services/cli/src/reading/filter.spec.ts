import { UsageError } from '../command';
import { conditionOf, filterOf, problemConditionOf } from './filter';

const NOW = Date.parse('2026-11-21T12:00:00Z');

describe('filterOf', () => {
  it.each([
    ['90m', NOW - 90 * 60_000],
    ['2h', NOW - 7_200_000],
    ['7d', NOW - 7 * 86_400_000],
    ['2026-11-20', Date.parse('2026-11-20T00:00:00Z')],
    ['2026-11-20T10:30Z', Date.parse('2026-11-20T10:30:00Z')],
    ['2026-11-20T10:30:05.5+01:00', Date.parse('2026-11-20T09:30:05.500Z')],
  ])('reads the time %s', (since, time) => {
    expect(filterOf({ since }, NOW)).toEqual({ since: time });
  });

  // A time without its zone would be another one on another machine.
  it.each(['', '2h30m', '2026-11-20T10:30', '20.11.2026', '2026-13-01', '-2h'])(
    'refuses the time "%s"',
    (until) => {
      expect(() => filterOf({ until }, NOW)).toThrow(UsageError);
    },
  );

  it('reads the rest, ids in small letters', () => {
    expect(
      filterOf(
        {
          type: 'schema_violation',
          app: 'shop',
          schema: 'iglu:com.acme/*',
          problem: '0123456789ABCDEF',
          all: true,
        },
        NOW,
      ),
    ).toEqual({
      type: 'schema_violation',
      app: 'shop',
      schema: 'iglu:com.acme/*',
      problem: '0123456789abcdef',
      all: true,
    });
  });
});

describe('as a condition', () => {
  it('takes only what is unresolved, unless told otherwise or one is named', () => {
    expect(conditionOf({}).sql).toBe("resolution = ''");
    expect(conditionOf({ all: true }).sql).toBe('1');
    expect(conditionOf({ id: 'x' }).sql).toBe('failed_id = {id:UUID}');
    expect(problemConditionOf({ app: 'shop' }).sql).toBe('app_id = {app:String} AND unresolved > 0');
  });

  it('leaves values to parameters, and only * stands for anything', () => {
    const { sql, params } = conditionOf({ app: "x' OR 1", schema: 'iglu:com.a_b%/*', all: true });
    expect(sql).not.toContain('OR 1');
    expect(params).toEqual({ app: "x' OR 1", schema: 'iglu:com.a\\_b\\%/%' });
  });
});
