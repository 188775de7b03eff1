import { parameters, valueOf } from '../protocol/parameters';
import { sentInBody, sentInQuery, type SentEvent } from './sent-event';

const none: ReadonlyMap<string, string> = new Map();
const least = { e: 'pv', p: 'web', tv: 'js' };
const sentOf = ({ values }: SentEvent): Readonly<Record<string, string>> =>
  Object.fromEntries(
    parameters.flatMap(({ key }) => {
      const value = valueOf(values, key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
const fieldsOf = ({ problems }: SentEvent): readonly (string | null)[] => problems.map(({ field }) => field);

describe('in a body', () => {
  it('takes the parameters of the protocol', () => {
    const sent = sentInBody(2, { ...least, uid: 'u' }, none);
    expect([sent.index, sent.problems, sentOf(sent)]).toEqual([2, [], { ...least, uid: 'u' }]);
  });

  it('lets the query string override it', () => {
    const sent = sentInBody(
      0,
      { ...least, uid: 'body', page: 'body' },
      new Map([
        ['uid', 'query'],
        ['aid', 'query'],
        ['foreign', 'x'],
      ]),
    );
    expect([sent.problems, sentOf(sent)]).toEqual([
      [],
      { ...least, uid: 'query', page: 'body', aid: 'query' },
    ]);
  });

  it('counts empty texts as not sent', () => {
    expect(sentOf(sentInBody(0, { ...least, uid: '' }, none))).toEqual(least);
  });

  it.each(['e', 'p', 'tv'])('misses %s', (key) => {
    expect(fieldsOf(sentInBody(0, { ...least, [key]: '' }, none))).toEqual([key]);
  });

  it('takes what is missing from the query string', () => {
    expect(sentInBody(0, { e: 'pv', p: 'web' }, new Map([['tv', 'js']])).problems).toEqual([]);
  });

  it.each([
    ['a number', 3, '3'],
    ['a boolean', true, 'true'],
    ['null', null, undefined],
    ['a list', ['x'], undefined],
    ['an object', { x: 1 }, undefined],
  ])('refuses %s, for all parameters are texts, and shows only what can be shown', (kind, vid, kept) => {
    const sent = sentInBody(0, { ...least, vid }, none);
    expect(sent.problems).toEqual([
      expect.objectContaining({
        type: 'tracker_protocol_violation',
        field: 'vid',
        value: null,
        message: expect.stringContaining(kind) as string,
      }),
    ]);
    expect(valueOf(sent.values, 'vid')).toBe(kept);
  });

  it.each(['foreign', '__proto__', 'constructor', 'cv', 'ev_ca'])(
    'refuses the parameter %s, which bodies must not carry',
    (key) => {
      const body: unknown = JSON.parse(`{"e":"pv","p":"web","tv":"js","${key}":"x"}`);
      expect(fieldsOf(sentInBody(0, body, none))).toEqual([key]);
    },
  );

  it('quotes no made-up name in full', () => {
    const [problem] = sentInBody(0, { ...least, ['alice@example.org '.repeat(9)]: 'x' }, none).problems;
    expect(problem?.field).toHaveLength(64);
    expect(problem?.field).not.toContain('@');
  });

  it('reports everything at once', () => {
    expect(fieldsOf(sentInBody(0, { p: 1, foreign: 'x' }, none))).toEqual(['p', 'foreign', 'e', 'tv']);
  });

  it.each([
    ['null', null],
    ['a list', []],
    ['a text', 'pv'],
    ['a number', 7],
  ])('refuses an event that is %s', (_case, body) => {
    expect(sentInBody(3, body, none).problems).toEqual([
      expect.objectContaining({ type: 'tracker_protocol_violation', path: '/data/3' }),
    ]);
  });
});

describe('in a query string', () => {
  it('passes over what the protocol does not know', () => {
    const sent = sentInQuery(new Map([...Object.entries(least), ['_', '123'], ['cv', 'c']]));
    expect([sent.problems, sentOf(sent)]).toEqual([[], { ...least, cv: 'c' }]);
  });

  it('misses what every event must carry', () => {
    expect(fieldsOf(sentInQuery(new Map([['uid', 'u']])))).toEqual(['e', 'p', 'tv']);
  });
});
