import fc from 'fast-check';
import type { MarkedPlacesOf } from './identifiers';
import { aFailedOrder, aRecipe } from './recipe.fixture';
import { repair } from './repair';

const PSEUDONYM = '0123456789abcdef0123456789abcdef';
const OTHER = 'fedcba9876543210fedcba9876543210';
const nothingMarked: MarkedPlacesOf = () => [];
const ACCOUNT = 'iglu:com.acme/account/jsonschema/1-0-0';
const marked: MarkedPlacesOf = (schema) =>
  schema === ACCOUNT
    ? [
        { pointer: '/user_id', treatment: 'identifying' },
        { pointer: '/friends/*', treatment: 'identifying' },
        { pointer: '/home', treatment: 'url' },
      ]
    : [];
const account = (data: object, schema = ACCOUNT): string => JSON.stringify({ schema, data });

describe('repair', () => {
  it('leaves an event as it was to the letter when there is no recipe', () => {
    const event = aFailedOrder('{"schema": "iglu:a/b/jsonschema/1-0-0", "data": {"n": 1.0}}', '[ ]', {
      page: 'é',
    });
    expect(repair(event, null, nothingMarked)).toEqual({
      kind: 'repaired',
      parameters: event.parameters,
      unpseudonymised: [],
    });
  });

  it('leaves the text of what no step touches', () => {
    const event = aFailedOrder('{"schema": "iglu:a/b/jsonschema/1-0-0", "data": {"n": 1.0}}', '[]', {
      res: 'x',
    });
    const result = repair(event, aRecipe({ op: 'remove', path: '$.parameters.res' }), nothingMarked);
    const rest = Object.fromEntries(
      Object.entries(event.parameters ?? {}).filter(([name]) => name !== 'res'),
    );
    expect(result).toEqual({ kind: 'repaired', parameters: rest, unpseudonymised: [] });
  });

  it.each([
    ['what cannot be replayed', { replayable: false, not_replayable_reason: 'Too large.' }, 'Too large.'],
    ['what does not say that it can', { replayable: null }, 'does not say that it can be replayed'],
    ['what keeps nothing', { parameters: null }, 'keeps no parameters'],
    ['what keeps an empty list', { parameters: {} }, 'keeps no parameters'],
  ])('refuses %s', (_case, known, reason) => {
    expect(repair(aFailedOrder(null, null, {}, known), null, nothingMarked)).toEqual({
      kind: 'refused',
      reason: expect.stringContaining(reason) as unknown,
    });
  });

  it('keeps self-describing parameters that cannot be read, so that a recipe can mend their text', () => {
    const event = aFailedOrder(null, null, {
      ue_pr: '{"schema":"x","data":{"schema":"iglu:a/b/jsonschema/1-0-0","data":{}}',
    });
    const result = repair(
      event,
      aRecipe({ op: 'replace', path: '$.parameters.ue_pr', pattern: '$', with: '}' }),
      nothingMarked,
    );
    expect(result.kind === 'repaired' && JSON.parse(result.parameters['ue_pr'] ?? '')).toMatchObject({
      data: { data: {} },
    });
  });

  it('takes no id for an event but a UUID', () => {
    const set = (value: string) =>
      repair(aFailedOrder(null), aRecipe({ op: 'set', path: '$.parameters.eid', value }), nothingMarked).kind;
    expect([
      set('7f9ae3ad-5f6f-4f0a-a8a3-1f0b5f0c9a10'),
      set('1'),
      set('7F9AE3AD-5f6f-4f0a-a8a3-1f0b5f0c9a10'),
    ]).toEqual(['repaired', 'refused', 'refused']);
  });

  it('leaves no parts that are none', () => {
    const broken = (path: string) =>
      repair(aFailedOrder(account({}), '[]'), aRecipe({ op: 'set', path, value: 'x' }), nothingMarked);
    expect(broken('$.unstruct_event')).toEqual({
      kind: 'refused',
      reason: '$.unstruct_event is no object with "schema" and "data".',
    });
    expect(broken('$.contexts')).toEqual({
      kind: 'refused',
      reason: '$.contexts is no list of objects with "schema" and "data".',
    });
  });
});

describe('identifiers in a repair', () => {
  const after = (event: ReturnType<typeof aFailedOrder>, ...steps: readonly object[]) =>
    repair(event, steps.length === 0 ? null : aRecipe(...steps), marked);
  const MIXED = {
    kind: 'refused',
    reason: expect.stringContaining('pseudonyms beside clear values') as unknown,
  };

  it.each<[string, object, readonly string[]]>([
    ['a pseudonym stays one', { user_id: PSEUDONYM, friends: [OTHER], home: 'https://a.example/' }, []],
    ['clear values are still to be treated', { user_id: 'jane', friends: [] }, ['unstruct_event']],
    ['a URL alone may be cut twice', { home: 'https://a.example/?q=1' }, ['unstruct_event']],
    ['nothing and empty texts say nothing', { user_id: null, friends: [''] }, ['unstruct_event']],
  ])('sent as it was: %s', (_case, data, unpseudonymised) => {
    expect(after(aFailedOrder(account(data)))).toMatchObject({ kind: 'repaired', unpseudonymised });
  });

  it('names a substituted schema, even where its values look like pseudonyms', () => {
    const event = aFailedOrder(account({ user_id: PSEUDONYM }, 'iglu:com.acme/acount/jsonschema/1-0-0'));
    const to = {
      op: 'schema',
      at: 'unstruct_event',
      from: 'iglu:com.acme/acount/jsonschema/*-*-*',
      to: ACCOUNT,
    };
    expect(after(event, to)).toMatchObject({ unpseudonymised: ['unstruct_event'] });
  });

  it('makes no pseudonym of a pseudonym when other data is repaired', () => {
    const event = aFailedOrder(account({ user_id: PSEUDONYM, total: '1' }));
    expect(after(event, { op: 'cast', path: '$.unstruct_event.data.total', to: 'number' })).toMatchObject({
      kind: 'repaired',
      unpseudonymised: [],
    });
  });

  describe('finds what a recipe moves into self-describing parameters', () => {
    const wrapped = (name: string, data: string): string =>
      `{"schema":"iglu:com.snowplowanalytics.snowplow/${name}/jsonschema/1-0-0","data":${data}}`;
    const clear = account({ user_id: 'alice@example.com' });
    const moved = (text: string, to: string) =>
      after(aFailedOrder(null, null, { se_pr: text }), { op: 'rename', path: '$.parameters.se_pr', to });

    it.each([
      ['ue_pr', wrapped('unstruct_event', clear), 'unstruct_event'],
      [
        'co',
        wrapped('contexts', `[{"schema":"iglu:a/b/jsonschema/1-0-0","data":{}},${clear}]`),
        'contexts/1',
      ],
    ])('%s', (to, text, place) => {
      expect(moved(text, to)).toMatchObject({
        kind: 'repaired',
        parameters: { [to]: text },
        unpseudonymised: [place],
      });
    });

    it('also in place of what was there', () => {
      const event = aFailedOrder(account({ user_id: PSEUDONYM }), null, {
        se_pr: wrapped('unstruct_event', clear),
      });
      expect(after(event, { op: 'rename', path: '$.parameters.se_pr', to: 'ue_pr' })).toMatchObject({
        kind: 'repaired',
        unpseudonymised: ['unstruct_event'],
      });
    });

    it.each(['ue_px', 'cx'])('and sends nothing in %s, which it does not read', (name) => {
      const event = aFailedOrder(null, null, { [name]: Buffer.from(clear).toString('base64url') });
      expect(after(event)).toEqual({
        kind: 'refused',
        reason: expect.stringContaining(`The parameter ${name} holds base64`) as unknown,
      });
    });
  });

  it('finds contexts by where they are after the repair', () => {
    const event = aFailedOrder(
      null,
      `[{"schema":"iglu:a/b/jsonschema/1-0-0","data":{}},${account({ user_id: 'jane' })}]`,
    );
    expect(after(event, { op: 'remove', path: '$.contexts[0]' })).toMatchObject({
      unpseudonymised: ['contexts/0'],
    });
  });

  it.each<[string, object, object]>([
    [
      'a value set beside a pseudonym',
      { user_id: PSEUDONYM },
      { op: 'set', path: '$.unstruct_event.data.friends', value: ['jane'] },
    ],
    [
      'a property renamed beside one',
      { user_id: PSEUDONYM, firends: ['jane'] },
      { op: 'rename', path: '$.unstruct_event.data.firends', to: 'friends' },
    ],
    [
      'a look-alike beside one',
      { user_id: PSEUDONYM },
      { op: 'set', path: '$.unstruct_event.data.friends', value: [OTHER] },
    ],
    [
      'a URL set beside one',
      { user_id: PSEUDONYM, home: 'https://a.example/' },
      { op: 'set', path: '$.unstruct_event.data.home', value: 'https://a.example/?token=1' },
    ],
  ])('refuses %s', (_case, data, step) => {
    expect(after(aFailedOrder(account(data)), step)).toEqual(MIXED);
  });

  it('lets a pseudonym move within what is marked', () => {
    const event = aFailedOrder(account({ user_id: PSEUDONYM }));
    expect(
      after(
        event,
        { op: 'set', path: '$.unstruct_event.data.friends', value: [] },
        { op: 'set', path: '$.unstruct_event.data.friends', from: '$.contexts' },
      ),
    ).toMatchObject({
      kind: 'repaired',
      unpseudonymised: [],
    });
  });

  it('never lets a value into an identifying parameter that was none before', () => {
    const values = fc.oneof(fc.string(), fc.constant(PSEUDONYM));
    const steps = fc.array(
      fc.oneof(
        fc.record({
          op: fc.constant('set'),
          path: fc.constantFrom('$.parameters.se_la', '$.parameters.page'),
          value: values,
        }),
        fc.record({
          op: fc.constant('rename'),
          path: fc.constantFrom('$.parameters.se_la', '$.parameters.page'),
          to: fc.constantFrom('se_ca', 'se_pr', 'UID', 'uid '),
        }),
        fc.record({
          op: fc.constant('remove'),
          path: fc.constantFrom('$.parameters.uid', '$.parameters.duid'),
        }),
      ),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(steps, (chosen) => {
        const event = aFailedOrder(null, null, { uid: PSEUDONYM, duid: OTHER, se_la: 'label', page: 'jane' });
        const result = after(event, ...chosen);
        if (result.kind !== 'repaired') return;
        expect([undefined, PSEUDONYM]).toContain(result.parameters['uid']);
        expect([undefined, OTHER]).toContain(result.parameters['duid']);
      }),
    );
  });
});
