import type { EnrichedEvent } from '@headwater/contracts';
import { dropped, ok } from '@headwater/stage';
import { anEnrichedEvent } from '@headwater/testing';
import { identifierFields } from '../enrichments/pseudonymise';
import { aDraft } from '../testing/look-ups';
import { customStep, outcomeOf, type CustomAnswer } from './custom-step';
import { customView } from './custom-view';
import { settableFields, settableTypes } from './settable-fields';

const schema = 'iglu:com.acme/weather/jsonschema/1-0-0';
const answer = (result: unknown): CustomAnswer => ({ name: 'weather', result });
const messageOf = (given: CustomAnswer): string => {
  const outcome = outcomeOf(given);
  if (outcome.kind !== 'failed') throw new Error(`It did not fail: ${JSON.stringify(outcome)}`);
  expect(outcome.failures.map(({ type, source }) => [type, source])).toEqual(
    outcome.failures.map(() => ['enrichment_failure', 'custom:weather']),
  );
  return outcome.failures.map(({ message }) => message).join('\n');
};

it.each([
  ['nothing', undefined],
  ['null', null],
  ['an empty object', {}],
  ['empty parts', { set: {}, contexts: [], fail: null, drop: false }],
])('leaves the event alone for %s', (_case, result) => {
  expect(outcomeOf(answer(result))).toEqual(ok({}));
});

it('sets fields and adds contexts', () => {
  const set = { mkt_campaign: 'spring', se_value: 3.5, is_bot: true, page_title: null };
  expect(outcomeOf(answer({ set, contexts: [{ schema, data: { celsius: 21 } }] }))).toEqual(
    ok({
      ...set,
      derived_contexts: [
        {
          vendor: 'com.acme',
          name: 'weather',
          format: 'jsonschema',
          model: 1,
          revision: 0,
          addition: 0,
          data: '{"celsius":21}',
        },
      ],
    }),
  );
});

it('drops the event, which is counted under its own reason', () => {
  expect(outcomeOf(answer({ drop: true }))).toEqual(dropped('custom_enrichment'));
});

it.each([
  ['fails when asked to', answer({ fail: 'The order has no currency.' }), /^The order has no currency\./],
  ['threw', { name: 'weather', threw: 'Cannot read properties of null' }, /weather threw: Cannot read/],
  ['stopped', { name: 'weather', stopped: 'did not answer within 50 ms.' }, /weather did not answer/],
  ['returns a text', answer('x'), /returned a string.*It may return/],
  ['returns a list', answer([]), /returned a list/],
  ['returns an unknown member', answer({ sets: {} }), /returned "sets"/],
  ['returns a fail that is no text', answer({ fail: true }), /"fail" that is no text/],
  ['sets what is no object', answer({ set: 'x' }), /"set" .* is a string/],
  [
    'sets a field of another type',
    answer({ set: { se_value: '3' } }),
    /se_value to a string.*takes a number/,
  ],
  ['sets an unknown field', answer({ set: { foo: 1 } }), /sets foo, which it may not.*It may set page_title/],
  ['sets a prototype', answer(JSON.parse('{"set":{"__proto__":{"a":1}}}')), /sets __proto__/],
  ['sets an address', answer({ set: { page_title: 'of 203.0.113.77' } }), /network address into page_title/],
  ['gives contexts that are no list', answer({ contexts: {} }), /"contexts" .* is an object/],
  ['gives a context without a schema', answer({ contexts: [{ data: {} }] }), /Context 0/],
  ['gives a context of a bad schema', answer({ contexts: [{ schema: 'weather', data: {} }] }), /Context 0/],
  ['gives a context without data', answer({ contexts: [{ schema, data: 'x' }] }), /Context 0/],
  [
    'gives a context with an address',
    answer({ contexts: [{ schema, data: { at: '2001:db8::1' } }] }),
    /network address into the context weather/,
  ],
])('fails the event, naming the enrichment, when it %s', (_case, given, message) => {
  expect(messageOf(given)).toMatch(message);
});

it.each([...identifierFields, 'event_id', 'app_id', 'collector_tstamp', 'derived_tstamp', 'geo_country'])(
  'may not set %s',
  (field) => {
    expect(messageOf(answer({ set: { [field]: 'x' } }))).toContain(`sets ${field}, which it may not`);
  },
);

it('knows the type of every field that may be set', () => {
  expect([...settableTypes.keys()]).toEqual([...settableFields]);
});

it('reports all problems of all custom enrichments together', () => {
  const step = customStep({
    run: () => [
      { name: 'one', result: { set: { foo: 1, se_value: 'x' }, drop: true } },
      { name: 'two', threw: 'no' },
      { name: 'three', result: { set: { page_title: 'kept back' } } },
    ],
  });
  const outcome = step(aDraft());
  expect(outcome.kind === 'failed' && outcome.failures.map(({ source }) => source)).toEqual([
    'custom:one',
    'custom:one',
    'custom:two',
  ]);
});

it('merges what several set, the last one winning, and keeps the contexts of all', () => {
  const step = customStep({
    run: () => [
      {
        name: 'one',
        result: { set: { page_title: 'a', se_value: 1 }, contexts: [{ schema, data: { n: 1 } }] },
      },
      { name: 'two', result: { set: { page_title: 'b' }, contexts: [{ schema, data: { n: 2 } }] } },
    ],
  });
  expect(step(aDraft())).toMatchObject(
    ok({ page_title: 'b', se_value: 1, derived_contexts: [{ data: '{"n":1}' }, { data: '{"n":2}' }] }),
  );
});

it('drops when one drops and none fails', () => {
  const step = customStep({ run: () => [answer({ set: { page_title: 'a' } }), answer({ drop: true })] });
  expect(step(aDraft())).toEqual(dropped('custom_enrichment'));
});

it('shows an event with its data as JSON and its schema as one text', () => {
  const entity = {
    vendor: 'com.acme',
    name: 'a',
    format: 'jsonschema',
    model: 1,
    revision: 0,
    addition: 2,
    data: '{"n":1}',
  };
  const event: EnrichedEvent = anEnrichedEvent({ contexts: [entity], unstruct_event: entity });
  expect(JSON.parse(customView(event))).toEqual({
    ...event,
    unstruct_event: { schema: 'iglu:com.acme/a/jsonschema/1-0-2', data: { n: 1 } },
    contexts: [{ schema: 'iglu:com.acme/a/jsonschema/1-0-2', data: { n: 1 } }],
    derived_contexts: [],
  });
});
