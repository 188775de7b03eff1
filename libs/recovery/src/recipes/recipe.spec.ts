import { failure } from '@headwater/stage';
import { aFailedEvent } from '@headwater/testing';
import { aFailedOrder } from './recipe.fixture';
import { parseRecipe, RecipeError } from './recipe';

const good = {
  name: 'fix-total',
  version: 2,
  description: 'Totals were texts.',
  reviewed_by: 'jane@shop.example',
  match: { failure_type: 'schema_violation' },
  steps: [{ op: 'remove', path: '$.parameters.res' }],
};
const problemsOf = (change: object): readonly string[] => {
  try {
    parseRecipe({ ...good, ...change }, 'a.yaml');
    return [];
  } catch (error) {
    if (error instanceof RecipeError) return error.problems;
    throw error;
  }
};

describe('parseRecipe', () => {
  it('reads what a recipe says', () => {
    expect(parseRecipe(good, 'a.yaml')).toMatchObject({
      name: 'fix-total',
      version: 2,
      reviewedBy: 'jane@shop.example',
    });
  });

  it.each<[string, object, RegExp]>([
    ['no name', { name: undefined }, /^name /],
    ['a name with spaces', { name: 'Fix it' }, /^name use small letters/],
    ['no reviewer', { reviewed_by: '' }, /^reviewed_by /],
    ['a setting that is none', { macth: {} }, /macth/],
    ['a match for everything', { match: {} }, /^match is empty/],
    ['a type that is none', { match: { failure_type: 'bad' } }, /^match\.failure_type /],
    ['a schema that is none', { match: { schema: 'com.acme/cart' } }, /^match\.schema /],
    ['no steps', { steps: [] }, /^steps /],
    [
      'a step that is none',
      { steps: [{ op: 'add' }] },
      /^steps\[0\]\.op is "add"\. It must be one of set, remove/,
    ],
    ['a misspelt setting of a step', { steps: [{ op: 'remove', pfad: '$.parameters.res' }] }, /^steps\[0\]/],
    [
      'a path that is none',
      { steps: [{ op: 'remove', path: 'res' }] },
      /^steps\[0\]\.path .*does not begin with \$/,
    ],
    [
      'a path to facts',
      { steps: [{ op: 'remove', path: '$.event.app_id' }] },
      /^steps\[0\]\.path must begin with one of \$\.parameters/,
    ],
    [
      'all parameters at once',
      { steps: [{ op: 'remove', path: '$.parameters' }] },
      /^steps\[0\]\.path must name one parameter/,
    ],
    [
      'every parameter',
      { steps: [{ op: 'set', path: '$.parameters.*', value: 'x' }] },
      /^steps\[0\]\.path must name one parameter/,
    ],
    [
      'neither value nor source',
      { steps: [{ op: 'set', path: '$.parameters.res' }] },
      /needs either value or from/,
    ],
    [
      'a pattern with look-ahead',
      { steps: [{ op: 'replace', path: '$.parameters.res', pattern: '(?=x)', with: '' }] },
      /^steps\[0\]\.pattern is no pattern/,
    ],
    [
      'a group that is none',
      { steps: [{ op: 'replace', path: '$.parameters.res', pattern: 'x', with: '$1' }] },
      /^steps\[0\]\.with names a group/,
    ],
    [
      'a schema step to nowhere',
      { steps: [{ op: 'schema', at: 'contexts', from: 'iglu:a/b/jsonschema/*-*-*', to: 'b' }] },
      /^steps\[0\]\.to is no schema name/,
    ],
  ])('refuses %s', (_case, change, problem) => {
    expect(problemsOf(change)).toContainEqual(expect.stringMatching(problem));
  });

  it.each(['ue_px', 'cx'])('refuses to write base64 into %s, and lets it be removed', (name) => {
    const path = `$.parameters.${name}`;
    const refusedFor = (step: object): string => problemsOf({ steps: [step] }).join();
    expect(refusedFor({ op: 'set', path, value: 'e30' })).toMatch(/holds base64.* ue_pr or co/);
    expect(refusedFor({ op: 'rename', path: '$.parameters.se_pr', to: name })).toMatch(/holds base64/);
    expect(refusedFor({ op: 'rename', path: '$.unstruct_event.data.x', to: name })).toBe('');
    expect(refusedFor({ op: 'remove', path })).toBe('');
  });

  it.each(['uid', 'duid', 'nuid', 'tnuid', 'fp', 'sid', 'tid', 'tr_id', 'ti_id', 'ip'])(
    'refuses to write the identifier %s, and lets it be removed',
    (name) => {
      const path = `$.parameters.${name}`;
      const clear = expect.stringContaining('identifies a visitor or holds an address') as unknown;
      expect(problemsOf({ steps: [{ op: 'set', path, value: 'x' }] })).toEqual([clear]);
      expect(problemsOf({ steps: [{ op: 'set', path: `$.parameters['${name}']`, value: 'x' }] })).toEqual([
        clear,
      ]);
      expect(problemsOf({ steps: [{ op: 'replace', path, pattern: 'x', with: '' }] })).toEqual([clear]);
      expect(problemsOf({ steps: [{ op: 'rename', path: '$.parameters.se_la', to: name }] })).toEqual([
        clear,
      ]);
      expect(problemsOf({ steps: [{ op: 'remove', path }] })).toEqual([]);
    },
  );

  it('names every problem at once, and the file', () => {
    expect(() => parseRecipe({ ...good, version: 0, steps: [{ op: 'x' }] }, 'a.yaml')).toThrow(
      /a\.yaml cannot be used/,
    );
    expect(
      problemsOf({ steps: [{ op: 'x' }, { op: 'cast', path: '$.parameters.res', to: 'date' }] }),
    ).toHaveLength(2);
  });

  it('has the same hash for the same content, whatever its order, and another for another', () => {
    const hash = (content: object): string => parseRecipe(content, 'a.yaml').sha256;
    expect(hash(Object.fromEntries(Object.entries(good).reverse()))).toBe(hash(good));
    expect(hash({ ...good, version: 3 })).not.toBe(hash(good));
  });
});

describe('a recipe matches', () => {
  const matches = (match: object, event = aFailedEvent()): boolean =>
    parseRecipe({ ...good, match }, 'a.yaml').matches(event);
  const event = aFailedEvent({
    app_id: 'shop',
    event_name: 'cart',
    failures: [
      failure('schema_violation', 'a', {
        field: 'contexts[0]',
        keyword: 'type',
        path: '/a',
        source: 'contextSchemas',
      }),
      failure('schema_violation', 'b', {
        keyword: 'required',
        schema: 'iglu:com.acme/cart/jsonschema/1-0-0',
      }),
    ],
  });

  it.each([
    [{ failure_type: 'schema_violation' }, true],
    [{ failure_type: ['size_violation', 'schema_violation'] }, true],
    [{ app_id: ['shop', 'blog'], event_name: 'cart' }, true],
    [{ app_id: 'blog' }, false],
    [{ keyword: 'type', path: '/a', field: 'contexts[0]', source: 'contextSchemas' }, true],
    // One failure must have it all.
    [{ keyword: 'required', path: '/a' }, false],
    [{ schema: 'iglu:com.acme/*/jsonschema/*-*-*' }, true],
    [{ schema: 'iglu:com.acme/cart/jsonschema/2-*-*' }, false],
  ])('by %j: %s', (match, expected) => {
    expect(matches(match, event)).toBe(expected);
  });

  it('by the schema of the data too, when the failure is of something else', () => {
    const order = aFailedOrder('{"schema":"iglu:com.acme/order/jsonschema/1-0-0","data":{}}');
    expect(matches({ schema: 'iglu:com.acme/order/jsonschema/1-*-*' }, order)).toBe(true);
  });
});
