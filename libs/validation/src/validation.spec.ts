import {
  topics,
  type EnrichedEvent,
  type FailedEvent,
  type SelfDescribing,
  type StageCounts,
} from '@headwater/contracts';
import { route, ServiceError, uuidV5, type Batch } from '@headwater/stage';
import { anEnrichedEvent, BUILT_AT } from '@headwater/testing';
import { DuplicateWindow } from './duplicates';
import { compileSchema, igluUri, KeyMap, type Resolution } from './resolution';
import { defineRule } from './rules/rule';
import { schemaKeysOf, validation, type Validation } from './validation';

const json = (data: string, name = 'click'): SelfDescribing => ({
  vendor: 'com.acme',
  name,
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition: 0,
  data,
});
const schemas = new KeyMap<Resolution>();
schemas.set(json(''), {
  kind: 'usable',
  schema: compileSchema({ type: 'object', properties: { id: { type: 'integer' } } }),
});

const batchOf = (events: readonly EnrichedEvent[], first = 0): Batch<EnrichedEvent> => ({
  topic: topics.enrichedEvents,
  partition: 3,
  first: BigInt(first),
  next: BigInt(first + events.length),
  records: events.map((value, index) => ({
    offset: BigInt(first + index),
    timestamp: BUILT_AT + index,
    value,
  })),
  lag: 0,
});

function run(batch: Batch<EnrichedEvent>, known: Partial<Validation> = {}) {
  const stage = validation({
    processor: 'headwater-validator/0.1.0',
    window: new DuplicateWindow({ windowMs: 3_600_000, maxEvents: 1_000, seed: [1, 2] }),
    schemas,
    ...known,
  });
  const routed = route(batch, stage);
  const valuesTo = (topic: { readonly name: string }): readonly object[] =>
    routed.outputs.filter((output) => output.topic.name === topic.name).map(({ value }) => value);
  const counts = routed.complete([]).map(({ value }) => value as StageCounts);
  return {
    routed,
    valid: valuesTo(topics.validEvents) as readonly EnrichedEvent[],
    failed: valuesTo(topics.failedEvents) as readonly FailedEvent[],
    total: counts.find(({ series }) => series === 'total'),
  };
}

describe('a rule with a fault of ours', () => {
  const faulty = defineRule({
    name: 'faulty',
    summary: 'Cannot cope with some events.',
    check: ({ app_id }) => {
      if (app_id === 'odd') throw new RangeError('secret 203.0.113.9');
      return [];
    },
  });

  it('fails the event that brings it to light, says so, and goes on with the next', () => {
    const odd = anEnrichedEvent({ app_id: 'odd', event_id: 'a2' });
    const { valid, failed } = run(batchOf([anEnrichedEvent(), odd]), { rules: [faulty] });
    expect(valid).toHaveLength(1);
    expect(failed).toMatchObject([
      {
        stage: 'validator',
        event_id: 'a2',
        replayable: true,
        failures: [
          {
            type: 'schema_violation',
            source: 'faulty',
            message:
              'The rule faulty has a fault that this event brings to light (RangeError). Report it with the id of the event; a version without the fault can replay it.',
          },
        ],
      },
    ]);
    expect(JSON.stringify(failed)).not.toContain('203.0.113.9');
  });

  it('does not take an outage for one', () => {
    class Outage extends ServiceError {
      override readonly code = 'E_OUTAGE';
      override readonly retriable = true;
    }
    const out = defineRule({
      ...faulty,
      check: () => {
        throw new Outage('not now');
      },
    });
    expect(() => run(batchOf([anEnrichedEvent()]), { rules: [out] })).toThrow(Outage);
  });
});

describe('the validator stage', () => {
  it('hands a good event on as the very object that it got', () => {
    const event = anEnrichedEvent({ unstruct_event: json('{"id":1}') });
    const { valid, failed } = run(batchOf([event]));
    expect(valid[0]).toBe(event);
    expect(failed).toEqual([]);
  });

  it('drops a copy, and counts it', () => {
    const { valid, total } = run(
      batchOf([anEnrichedEvent(), anEnrichedEvent({ dvce_sent_tstamp: BUILT_AT + 5 })]),
    );
    expect(valid).toHaveLength(1);
    expect(total).toMatchObject({ in_count: 2, out_count: 1, dropped: { duplicate: 1 } });
  });

  it('keeps another event under an id of its own, once', () => {
    const onRepeat = jest.fn();
    const other = anEnrichedEvent({ event_fingerprint: 'other' });
    const { valid, total } = run(batchOf([anEnrichedEvent(), other, other]), { onRepeat });
    expect(valid.map(({ event_id, duplicate_of }) => [event_id, duplicate_of])).toEqual([
      [other.event_id, null],
      [uuidV5(other.event_id, 'other'), other.event_id],
    ]);
    expect(total).toMatchObject({ in_count: 3, out_count: 2, dropped: { duplicate: 1 } });
    expect(onRepeat.mock.calls).toEqual([['conflict'], ['duplicate']]);
  });

  it('hands a good event on in the version that supersedes its schema', () => {
    const superseded = new KeyMap<Resolution>();
    const schema = compileSchema({ type: 'object', required: ['id'] });
    superseded.set(json(''), { kind: 'usable', schema, supersededBy: { ...json(''), addition: 3 } });
    const good = anEnrichedEvent({ unstruct_event: json('{"id":1}'), event_version: '1-0-0' });
    const { valid, failed } = run(
      batchOf([good, anEnrichedEvent({ event_id: 'b', unstruct_event: json('{}') })]),
      { schemas: superseded },
    );
    expect(valid[0]).toMatchObject({
      unstruct_event: { addition: 3 },
      event_version: '1-0-3',
      derived_contexts: [{ name: 'validation_info' }],
    });
    expect(failed[0]?.failures?.[0]?.message).toContain('click/jsonschema/1-0-0, which 1-0-3 supersedes,');
    expect(failed[0]?.parameters?.['ue_pr']).toContain('1-0-0');
  });

  it('fails a bad event once, however often it is sent', () => {
    const bad = anEnrichedEvent({ unstruct_event: json('{"id":"one"}') });
    const { valid, failed, total } = run(batchOf([bad, bad, bad]));
    expect(valid).toEqual([]);
    expect(failed).toHaveLength(1);
    expect(total).toMatchObject({ in_count: 3, failed: { schema_violation: 1 }, dropped: { duplicate: 2 } });
  });

  it('puts into a failed event what a replay needs, and no address', () => {
    const bad = anEnrichedEvent({
      unstruct_event: json('{"id":"81.2.69.142"}'),
      useragent: 'curl from 81.2.69.142',
      pseudonym_key_id: 'k1',
    });
    const { failed } = run(batchOf([bad]));
    expect(failed[0]).toMatchObject({
      stage: 'validator',
      failure_type: 'schema_violation',
      processor: 'headwater-validator/0.1.0',
      app_id: 'shop',
      event_id: bad.event_id,
      event_fingerprint: bad.event_fingerprint,
      payload_id: bad.payload_id,
      payload_index: 0,
      collector_tstamp: bad.collector_tstamp,
      dvce_created_tstamp: bad.dvce_created_tstamp,
      dvce_sent_tstamp: bad.dvce_sent_tstamp,
      geo_country: 'GB',
      pseudonym_key_id: 'k1',
      replayable: true,
      parameters: { e: 'pv', eid: bad.event_id },
    });
    expect(failed[0]?.parameters?.['ue_pr']).toContain('com.acme/click');
    expect(JSON.stringify(failed)).not.toContain('81.2.69');
  });

  it('gives one failure one id, whenever and wherever it is judged', () => {
    const bad = anEnrichedEvent({ unstruct_event: json('{"id":"one"}') });
    const [one] = run(batchOf([bad], 0)).failed;
    const [other] = run(batchOf([bad], 7_000)).failed;
    expect(one?.failed_id).toBe(other?.failed_id);
  });

  it('names no content in an event that is too large to be written', () => {
    const { routed } = run(batchOf([anEnrichedEvent({ page_title: 'long' })]));
    const [output] = routed.outputs;
    if (!output) throw new Error('the event should have been handed on');
    const [dead] = routed.complete([{ output, actualBytes: 9, maximumBytes: 5 }]);
    expect(dead?.topic).toBe(topics.failedEvents);
    expect(dead?.value).toMatchObject({
      failure_type: 'size_violation',
      replayable: false,
      parameters: null,
    });
  });

  it('asks every rule that it is given', () => {
    const strict = defineRule({
      name: 'noWeb',
      summary: 'No event comes from the web.',
      check: ({ platform }) =>
        platform === 'web'
          ? [
              {
                type: 'schema_violation',
                message: 'web',
                field: null,
                value: null,
                expectation: null,
                schema: null,
                path: null,
                keyword: null,
                source: 'noWeb',
              },
            ]
          : [],
    });
    expect(run(batchOf([anEnrichedEvent()]), { rules: [strict] }).failed).toHaveLength(1);
  });

  it('reports an undecodable record by its place', () => {
    const undecodable = {
      offset: 1n,
      timestamp: BUILT_AT,
      undecodable: { reason: 'unknown schema id', length: 3, sha256: 'aa' },
    };
    const { failed, valid } = run({ ...batchOf([anEnrichedEvent()]), records: [undecodable] });
    expect(valid).toEqual([]);
    expect(failed[0]).toMatchObject({
      failure_type: 'undecodable_record',
      reference: { offset: 1, partition: 3 },
    });
  });
});

describe('schemaKeysOf', () => {
  it('names each schema of a batch once, and no impossible one', () => {
    const batch = batchOf([
      anEnrichedEvent({ unstruct_event: json('{}'), contexts: [json('{}'), json('{}', 'other')] }),
      anEnrichedEvent({ derived_contexts: [json('{}', 'derived'), json('{}', '../passwd')] }),
    ]);
    expect([...schemaKeysOf(batch)].map(igluUri)).toEqual([
      'iglu:com.acme/click/jsonschema/1-0-0',
      'iglu:com.acme/other/jsonschema/1-0-0',
      'iglu:com.acme/derived/jsonschema/1-0-0',
    ]);
  });
});
