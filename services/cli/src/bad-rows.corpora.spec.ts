import { readFileSync } from 'node:fs';
import { EventKind, FailureType, Platform, StageName, type FailedEvent } from '@headwater/contracts';
import { minimalFailedEvent, refusedRow, tables, undecodableRow } from '@headwater/loading';
import { badRowOf, badrowVersions, type BadRow } from '@headwater/recovery';
import { failure } from '@headwater/stage';
import {
  aCollectorPayload,
  aFailedEvent,
  anEnrichedEvent,
  aTrackerEvent,
  BUILT_AT,
  corpora,
  scaledRuns,
  tp2Body,
} from '@headwater/testing';
import { compileSchema, parametersOf, type CompiledSchema } from '@headwater/validation';
import fc from 'fast-check';
import { aJudge, failuresOf } from './testing/a-judge';
import { LINK_CLICK, unstruct, withUnstruct } from './testing/unstruct';

const schemas = new Map(
  Object.entries(badrowVersions).map(([name, version]): [string, CompiledSchema] => {
    const file = corpora(
      `iglu-central/schemas/com.snowplowanalytics.snowplow.badrows/${name}/jsonschema/${version}`,
    );
    return [
      `iglu:com.snowplowanalytics.snowplow.badrows/${name}/jsonschema/${version}`,
      compileSchema(JSON.parse(readFileSync(file, 'utf8')) as object),
    ];
  }),
);

/** What the published schema has against a row, as it would be written to a file. */
const violationsOf = (row: BadRow): unknown => {
  const { schema, data } = JSON.parse(JSON.stringify(row)) as BadRow;
  const compiled = schemas.get(schema);
  return compiled ? compiled.violations(data) : `${schema} is unknown`;
};
const nameOf = ({ schema }: BadRow): string => schema.split('/')[1] ?? '';

describe('a bad row of what a stage really fails', () => {
  const open = aJudge();
  afterAll(() => open.close());

  it.each<[string, Parameters<typeof aCollectorPayload>[0], string]>([
    [
      'a parameter that is not of its kind',
      { body: tp2Body(aTrackerEvent({ res: 'wide' })) },
      'tracker_protocol_violations',
    ],
    [
      'a parameter without a name that is known',
      { body: tp2Body(aTrackerEvent({ ['x'.repeat(200)]: 'y' })) },
      'tracker_protocol_violations',
    ],
    [
      'a payload with another wrapper',
      { body: Buffer.from('{"schema":"iglu:a/b/jsonschema/1-0-0","data":[]}') },
      'tracker_protocol_violations',
    ],
    [
      'a body that is cut off',
      { body: tp2Body(aTrackerEvent()).subarray(0, 60) },
      'tracker_protocol_violations',
    ],
    [
      'a form',
      { content_type: 'application/x-www-form-urlencoded', body: Buffer.from('hello') },
      'tracker_protocol_violations',
    ],
    ['a path that is misspelt', { path: '/com.snowplow.snowplow/tp2' }, 'adapter_failures'],
    ['a scan', { path: `/wp-admin/${'x'.repeat(300)}`, body: null }, 'adapter_failures'],
    ['data that misses a property', { body: withUnstruct(unstruct(LINK_CLICK, {})) }, 'schema_violations'],
    [
      'a schema that nobody has',
      { body: withUnstruct(unstruct('iglu:com.acme/none/jsonschema/1-0-0', {})) },
      'schema_violations',
    ],
    ['a name that is no schema', { body: withUnstruct(unstruct('com.acme/none', {})) }, 'schema_violations'],
    ['data that is not self-describing', { body: withUnstruct('{"a":1}') }, 'schema_violations'],
    ['data that is no JSON', { body: withUnstruct('{') }, 'schema_violations'],
    [
      'a title that is too long',
      { body: tp2Body(aTrackerEvent({ page: 'é'.repeat(6_000) })) },
      'schema_violations',
    ],
    [
      'a decoration that cannot be read',
      { body: tp2Body(aTrackerEvent({ url: 'https://a.example/?_sp=x.y' })) },
      'enrichment_failures',
    ],
  ])('%s', async (_case, known, name) => {
    const failed = await failuresOf(open, aCollectorPayload(known));
    expect(failed.length).toBeGreaterThan(0);
    for (const event of failed) {
      const row = badRowOf(event);
      expect([nameOf(row), violationsOf(row)]).toEqual([name, []]);
    }
  });
});

describe('a bad row of what the collector and the loader fail', () => {
  const place = { topic: 'valid-events', partition: 1 };
  const record = {
    offset: 7n,
    timestamp: BUILT_AT,
    undecodable: { reason: 'no schema', length: 9, sha256: 'ab' },
  };
  const refused = (value: object, table: (typeof tables)[keyof typeof tables]): FailedEvent =>
    refusedRow(
      'headwater-loader/0.1.0',
      table,
      { mark: { offset: 1n, timestamp: BUILT_AT }, value } as never,
      'it is too wide.',
      parametersOf,
    );

  it.each<[string, FailedEvent, string]>([
    ['an event that a table refuses', refused(anEnrichedEvent(), tables.events), 'loader_runtime_error'],
    [
      'a summary that a table refuses',
      refused({ counts_id: 'a', app_id: 'shop', collector_tstamp: BUILT_AT }, tables.stageCounts),
      'generic_error',
    ],
    [
      'a record that nobody can read',
      undecodableRow('headwater-loader/0.1.0', place, record),
      'loader_parsing_error',
    ],
    [
      'the same in the enricher',
      { ...undecodableRow('headwater-enricher/0.1.0', place, record), stage: 'enricher' },
      'collector_payload_format_violation',
    ],
    [
      'a failed event that its table refuses',
      minimalFailedEvent(refused(anEnrichedEvent(), tables.events), 'why'),
      'generic_error',
    ],
    [
      'a request that is too large',
      aFailedEvent({
        stage: 'collector',
        failure_type: 'size_violation',
        failures: [
          failure('size_violation', 'It takes 1500001 bytes.', {
            value: '1500001',
            expectation: 'at most 1000000 bytes',
          }),
        ],
        not_replayable_reason: 'The content was too large to be kept.',
      }),
      'size_violation',
    ],
  ])('%s', (_case, event, name) => {
    const row = badRowOf(event);
    expect([nameOf(row), violationsOf(row)]).toEqual([name, []]);
  });
});

/** Texts of every kind, and longer than any limit of the schemas. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((short) => short.repeat(700)),
  fc.constantFrom('', '/', '//', '😀'.repeat(600), '\ud800', 'iglu:a/b/jsonschema/1-0-0', '__proto__'),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });
const time = fc.oneof(
  fc.integer({ min: 0, max: 4_102_444_800_000 }),
  fc.constantFrom(-1, 253_402_300_800_000, 8.64e15),
);
const anyFailure = fc.record({
  type: maybe(fc.constantFrom(...FailureType)),
  message: maybe(text),
  field: maybe(text),
  value: maybe(text),
  expectation: maybe(
    fc.oneof(
      text,
      fc.constantFrom('a published schema', 'iglu:vendor/name/jsonschema/1-0-0', 'at most 99999999999 bytes'),
    ),
  ),
  schema: maybe(text),
  path: maybe(fc.oneof(text, fc.constantFrom('/a/0/b', '/~1'))),
  keyword: maybe(
    fc.oneof(text, fc.constantFrom('schema', 'type', 'NotJson', 'NotIglu', 'CriterionMismatch')),
  ),
  source: maybe(text),
});
const parameterNames = fc.constantFrom(
  'e',
  'p',
  'aid',
  'res',
  'vp',
  'dtm',
  'vid',
  'ti_qu',
  'f_pdf',
  'ue_pr',
  'co',
  'url',
  'se_va',
  'uid',
  '__proto__',
);
const anyFailedEvent: fc.Arbitrary<FailedEvent> = fc.record({
  failed_id: fc.uuid(),
  app_id: text,
  collector_tstamp: time,
  stage: maybe(fc.constantFrom(...StageName)),
  failure_type: maybe(fc.constantFrom(...FailureType)),
  failures: maybe(fc.array(anyFailure, { maxLength: 4 })),
  processor: maybe(
    fc.oneof(text, fc.constantFrom('headwater-enricher/0.1.0', 'headwater-loader/minimal', '/', 'a/1.2.3/4')),
  ),
  event_id: maybe(text),
  event: maybe(fc.constantFrom(...EventKind)),
  event_name: maybe(text),
  platform: maybe(fc.constantFrom(...Platform)),
  name_tracker: maybe(text),
  v_tracker: maybe(text),
  event_fingerprint: maybe(text),
  payload_id: maybe(text),
  payload_index: maybe(fc.nat()),
  dvce_created_tstamp: maybe(time),
  dvce_sent_tstamp: maybe(time),
  geo_country: maybe(text),
  useragent: maybe(text),
  pseudonym_key_id: maybe(text),
  path: maybe(text),
  content_type: maybe(text),
  parameters: maybe(
    fc.dictionary(
      fc.oneof(parameterNames, text),
      fc.oneof(text, fc.constantFrom('1', '-3', '99999999999', '10x20', '1e3')),
    ),
  ),
  payload: maybe(text),
  reference: maybe(
    fc.record({ topic: text, partition: fc.nat(), offset: fc.nat(), length: fc.nat(), sha256: text }),
  ),
  replayable: maybe(fc.boolean()),
  not_replayable_reason: maybe(text),
  replay_id: maybe(text),
  replay_of: maybe(text),
  replayed_at: maybe(time),
});

it('is valid for any failed event there can be', () => {
  fc.assert(
    fc.property(anyFailedEvent, (event) => {
      expect(violationsOf(badRowOf(event))).toEqual([]);
    }),
    { numRuns: scaledRuns(2_000) },
  );
});
