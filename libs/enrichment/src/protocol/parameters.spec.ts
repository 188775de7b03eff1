import type { EnrichedEvent } from '@headwater/contracts';
import { emptyEvent } from './empty-event';
import { parameters, type Parameter } from './parameters';

/** A text that each kind accepts and what the field then holds, and one that it refuses, by expectation. */
const samples: readonly {
  readonly when: RegExp;
  readonly good: string;
  readonly values: readonly unknown[];
  readonly bad: string | null;
}[] = [
  { when: /^one of pv/, good: 'pp', values: ['page_ping'], bad: 'pageview' },
  { when: /^one of web/, good: 'srv', values: ['srv'], bad: 'desktop' },
  {
    when: /^a UUID/,
    good: '6F1D9C1E-52A5-4D1C-8F0E-2F7B8F0C9A10',
    values: ['6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10'],
    bad: 'not-a-uuid',
  },
  { when: /^milliseconds/, good: '1782000000000', values: [1_782_000_000_000], bad: 'yesterday' },
  { when: /^a whole number/, good: '42', values: [42], bad: '4.2' },
  { when: /^a decimal/, good: '19.99', values: ['19.99'], bad: 'EUR 19.99' },
  { when: /^a number/, good: '3.5', values: [3.5], bad: 'much' },
  { when: /^0 or 1/, good: '1', values: [true], bad: 'yes' },
  { when: /^two whole numbers/, good: '1280x720', values: [1280, 720], bad: '1280' },
  { when: /^a text of at most 255/, good: 'shop', values: ['shop'], bad: 'x'.repeat(256) },
  { when: /^a text$/, good: 'some text', values: ['some text'], bad: null },
];

const sampleOf = ({ key, expectation }: Parameter): (typeof samples)[number] => {
  const sample = samples.find(({ when }) => when.test(expectation));
  if (!sample) throw new Error(`No sample for ${key}, which expects ${expectation}.`);
  return sample;
};

const filled = parameters.filter(({ fields }) => fields.length > 0);

it.each(filled.map((parameter) => [parameter.key, parameter] as const))(
  '%s fills its fields, and only those',
  (_key, parameter) => {
    const { good, values } = sampleOf(parameter);
    const event = emptyEvent();
    expect(parameter.assign(good, event)).toBe(true);
    const expected = Object.fromEntries(parameter.fields.map((field, index) => [field, values[index]]));
    expect(event).toEqual({ ...emptyEvent(), ...expected });
  },
);

it.each(
  filled.flatMap((parameter) => {
    const { bad } = sampleOf(parameter);
    return bad === null ? [] : [[parameter.key, bad, parameter] as const];
  }),
)('%s refuses %j and leaves the event alone', (_key, bad, parameter) => {
  const event = emptyEvent();
  expect(parameter.assign(bad, event)).toBe(false);
  expect(event).toEqual(emptyEvent());
});

it('names every parameter once', () => {
  const keys = parameters.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});

it('shows no identifier in clear', () => {
  const identifying: readonly (keyof EnrichedEvent)[] = [
    'user_id',
    'user_fingerprint',
    'domain_userid',
    'network_userid',
    'domain_sessionid',
    'txn_id',
    'tr_orderid',
    'ti_orderid',
  ];
  const shown = filled.filter(({ fields }) => fields.some((field) => identifying.includes(field)));
  expect(shown.map(({ disclosure }) => disclosure)).toEqual(shown.map(() => 'pseudonym'));
  expect(parameters.find(({ key }) => key === 'ip')?.disclosure).toBe('nothing');
});
