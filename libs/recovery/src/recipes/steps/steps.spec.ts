import { parse } from 'yaml';
import { aFailedOrder, aRecipe } from '../recipe.fixture';
import { repair } from '../repair';
import { stepKinds } from './index';

const ORDER = '"schema":"iglu:com.acme/order/jsonschema/1-0-0"';
const event = aFailedOrder(
  `{${ORDER},"data":{"total":"12.50","count":12345678901234567890,"paid":"true","targetURL":"a","note":"x-1 x-2"}}`,
  '[{"schema":"iglu:com.acme/user/jsonschema/1-0-0","data":{"age":"7"}},{"schema":"iglu:com.acme/page/jsonschema/1-0-0","data":{"n":1.0}}]',
  { res: 'wide', dtm: '1782000000', uid: '0123456789abcdef0123456789abcdef' },
);

/** What is left of a part after the steps, or why the event was refused. */
function after(part: 'ue_pr' | 'co' | 'parameters', ...steps: readonly object[]): unknown {
  const result = repair(event, aRecipe(...steps), () => []);
  if (result.kind !== 'repaired') return result.kind === 'refused' ? result.reason : result.kind;
  if (part === 'parameters') return result.parameters;
  return result.parameters[part];
}
const data = (path: string): string => `$.unstruct_event.data.${path}`;

it.each<[string, 'ue_pr' | 'co' | 'parameters', readonly object[], unknown]>([
  [
    'set a parameter',
    'parameters',
    [{ op: 'set', path: '$.parameters.res', value: '1x1' }],
    expect.objectContaining({ res: '1x1' }),
  ],
  [
    'set what is missing',
    'ue_pr',
    [{ op: 'set', path: data('currency'), value: 'EUR', only_if_missing: true }],
    expect.stringContaining('"currency":"EUR"'),
  ],
  [
    'set not what is there',
    'ue_pr',
    [{ op: 'set', path: data('total'), value: 1, only_if_missing: true }],
    'No step of the recipe changes it.',
  ],
  [
    'set an object',
    'ue_pr',
    [{ op: 'set', path: data('a'), value: { b: [1] } }],
    expect.stringContaining('"a":{"b":[1]}'),
  ],
  [
    'copy from elsewhere',
    'ue_pr',
    [{ op: 'set', path: data('id'), from: '$.event.failed_id' }],
    expect.stringContaining(`"id":"${event.failed_id}"`),
  ],
  [
    'copy from where nothing is',
    'ue_pr',
    [{ op: 'set', path: data('id'), from: data('none') }],
    'Step 1. set: Nothing stands at $.unstruct_event.data.none, from where the value is to come.',
  ],
  [
    'copy from where much is',
    'ue_pr',
    [{ op: 'set', path: data('id'), from: '$.contexts[*].schema' }],
    expect.stringContaining('More than one value stands at'),
  ],
  [
    'remove a parameter',
    'parameters',
    [{ op: 'remove', path: '$.parameters.res' }],
    expect.not.objectContaining({ res: expect.anything() as unknown }),
  ],
  [
    'remove a context',
    'co',
    [{ op: 'remove', path: '$.contexts[0]' }],
    expect.stringMatching(
      /"data":\[{"schema":"iglu:com.acme\/page\/jsonschema\/1-0-0","data":{"n":1.0}}\]}$/,
    ),
  ],
  ['remove the last context', 'co', [{ op: 'remove', path: '$.contexts[*]' }], undefined],
  ['remove the event itself', 'ue_pr', [{ op: 'remove', path: '$.unstruct_event' }], undefined],
  [
    'rename',
    'ue_pr',
    [{ op: 'rename', path: data('targetURL'), to: 'targetUrl' }],
    expect.stringContaining('"targetUrl":"a"'),
  ],
  [
    'rename over another',
    'ue_pr',
    [{ op: 'rename', path: data('targetURL'), to: 'total' }],
    'Step 1. rename: There is a total beside $.unstruct_event.data.targetURL already.',
  ],
  [
    'cast to a number',
    'ue_pr',
    [{ op: 'cast', path: data('total'), to: 'number' }],
    expect.stringContaining('"total":12.50,"count":12345678901234567890'),
  ],
  [
    'cast to an integer',
    'co',
    [{ op: 'cast', path: '$.contexts[*].data.age', to: 'integer' }],
    expect.stringContaining('{"age":7}'),
  ],
  [
    'cast to a text',
    'ue_pr',
    [{ op: 'cast', path: data('count'), to: 'string' }],
    expect.stringContaining('"count":"12345678901234567890"'),
  ],
  [
    'cast to a boolean',
    'ue_pr',
    [{ op: 'cast', path: data('paid'), to: 'boolean' }],
    expect.stringContaining('"paid":true'),
  ],
  [
    'cast what is none',
    'ue_pr',
    [{ op: 'cast', path: data('note'), to: 'number' }],
    'Step 1. cast: What stands at $.unstruct_event.data.note is no number.',
  ],
  [
    'cast an object',
    'ue_pr',
    [{ op: 'cast', path: '$.unstruct_event.data', to: 'string' }],
    'Step 1. cast: What stands at $.unstruct_event.data is no string.',
  ],
  [
    'cast a parameter to what it may not be',
    'parameters',
    [{ op: 'cast', path: '$.parameters.dtm', to: 'number' }],
    'The parameter dtm is no text; cast it to string.',
  ],
  [
    'replace every match',
    'ue_pr',
    [{ op: 'replace', path: data('note'), pattern: 'x-(\\d)', with: '$1' }],
    expect.stringContaining('"note":"1 2"'),
  ],
  [
    'replace in a parameter',
    'parameters',
    [{ op: 'replace', path: '$.parameters.dtm', pattern: '^(\\d{10})$', with: '$1000' }],
    expect.objectContaining({ dtm: '1782000000000' }),
  ],
  [
    'replace in a number',
    'ue_pr',
    [{ op: 'replace', path: data('count'), pattern: '1', with: '2' }],
    'Step 1. replace: What stands at $.unstruct_event.data.count is no text; cast it first.',
  ],
  [
    'substitute a schema',
    'ue_pr',
    [
      {
        op: 'schema',
        at: 'unstruct_event',
        from: 'iglu:com.acme/*/jsonschema/1-*-*',
        to: 'iglu:com.acme/purchase/jsonschema/1-0-0',
      },
    ],
    expect.stringContaining('com.acme/purchase'),
  ],
  [
    'substitute the schema of one context',
    'co',
    [
      {
        op: 'schema',
        at: 'contexts',
        from: 'iglu:com.acme/user/jsonschema/1-0-0',
        to: 'iglu:com.acme/visitor/jsonschema/1-0-0',
      },
    ],
    expect.stringMatching(/acme\/visitor.*acme\/page/),
  ],
  [
    'substitute none',
    'co',
    [
      {
        op: 'schema',
        at: 'contexts',
        from: 'iglu:org.other/*/jsonschema/*-*-*',
        to: 'iglu:a/b/jsonschema/1-0-0',
      },
    ],
    'No step of the recipe changes it.',
  ],
])('%s', (_case, part, steps, expected) => {
  expect(after(part, ...steps)).toEqual(expected);
});

it('works through a hostile pattern and text in no time', () => {
  const hostile = aFailedOrder(null, null, { page: `${'a'.repeat(100_000)}!` });
  const outcome = repair(
    hostile,
    aRecipe({ op: 'replace', path: '$.parameters.page', pattern: '^(a+)+$', with: '' }),
    () => [],
  );
  expect(outcome).toMatchObject({ reason: 'No step of the recipe changes it.' });
});

it('tries a pattern on no text without an end', () => {
  const long = aFailedOrder(null, null, { page: 'a'.repeat(300_000) });
  expect(
    repair(long, aRecipe({ op: 'replace', path: '$.parameters.page', pattern: 'a', with: '' }), () => []),
  ).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('is longer than') as unknown,
  });
});

it('has a name, a summary and an example of each kind', () => {
  expect(stepKinds.map(({ op }) => op)).toEqual(['set', 'remove', 'rename', 'cast', 'replace', 'schema']);
  for (const { op, summary, example } of stepKinds) {
    expect(summary).toMatch(/\.$/);
    expect(example).toContain(`op: ${op}\n`);
    expect(() => aRecipe(parse(example) as object)).not.toThrow();
  }
});
