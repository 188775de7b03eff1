import { topics, type FailedEvent, type StageCounts } from '@headwater/contracts';
import type { Batch } from './batch';
import { failedEvent } from './failed-event';
import { failure } from './failure';
import { route, type Stage } from './route';

interface Thing {
  readonly app_id: string;
  readonly collector_tstamp: number;
  readonly event_name: string | null;
  readonly fate?: 'ok' | 'failed' | 'dropped';
}

const processor = 'headwater-test/1.0.0';

const stage: Stage<Thing, Thing> = {
  name: 'validator',
  processor,
  to: topics.validEvents,
  readsPayloads: false,
  describe: ({ app_id, collector_tstamp }) => ({ app_id, collector_tstamp }),
  judge: ({ value }) => {
    if (value.fate === 'dropped') return [{ kind: 'dropped', reason: 'duplicate', subject: value }];
    if (value.fate !== 'failed') return [{ kind: 'ok', value }];
    const { app_id, collector_tstamp } = value;
    return [
      {
        kind: 'failed',
        value: failedEvent('validator', processor, [failure('schema_violation', 'It is wrong.')], {
          app_id,
          collector_tstamp,
        }),
      },
    ];
  },
};

const thing = (fate: Thing['fate']): Thing => ({
  app_id: 'shop',
  collector_tstamp: 60_000,
  event_name: 'page_view',
  ...(fate ? { fate } : {}),
});

const batchOf = (...records: Batch<Thing>['records']): Batch<Thing> => ({
  topic: topics.enrichedEvents,
  partition: 2,
  first: 10n,
  next: 10n + BigInt(records.length),
  records,
  lag: 0,
});

const received = (value: Thing, index = 0) => ({ offset: BigInt(10 + index), timestamp: 60_500, value });

const totals = (outputs: readonly { value: object }[]): StageCounts | undefined =>
  outputs.map(({ value }) => value as StageCounts).find(({ series }) => series === 'total');

describe('route', () => {
  it('sends each fate where it belongs and counts it', () => {
    const routed = route(
      batchOf(received(thing('ok'), 0), received(thing('failed'), 1), received(thing('dropped'), 2)),
      stage,
    );
    expect(routed.outputs.map(({ topic }) => topic.name)).toEqual(['valid-events', 'failed-events']);
    expect(totals(routed.complete([]))).toMatchObject({
      in_count: 3,
      out_count: 1,
      failed: { schema_violation: 1 },
      dropped: { duplicate: 1 },
      source: 'enriched-events/2/10-13',
      max_delay_ms: 500,
    });
  });

  it('turns what no record can hold into a failed event, in the counts too', () => {
    const routed = route(batchOf(received(thing('ok'))), stage);
    const [output] = routed.outputs;
    const completed = routed.complete([{ output: output!, actualBytes: 9_000_000, maximumBytes: 5_000_000 }]);
    expect(completed[0]?.topic).toBe(topics.failedEvents);
    expect(completed[0]?.value).toMatchObject({
      failure_type: 'size_violation',
      replayable: false,
      parameters: null,
    });
    expect(totals(completed)).toMatchObject({ in_count: 1, out_count: 0, failed: { size_violation: 1 } });
  });

  it('reports a record that cannot be decoded by its place, never by its content', () => {
    const undecodable = { reason: 'the first byte is 7', length: 12, sha256: 'ab' };
    const routed = route(
      batchOf({ offset: 10n, timestamp: 61_000, undecodable }, received(thing('ok'), 1)),
      stage,
    );
    expect(routed.outputs.map(({ topic }) => topic.name)).toEqual(['failed-events', 'valid-events']);
    const dead = routed.outputs[0]?.value as FailedEvent;
    expect(dead.reference).toEqual({
      topic: 'enriched-events',
      partition: 2,
      offset: 10,
      length: 12,
      sha256: 'ab',
    });
    expect([dead.failure_type, dead.replayable, dead.payload]).toEqual(['undecodable_record', false, null]);
  });

  it('publishes the link between payloads and events where a record is a payload', () => {
    const routed = route(batchOf(received(thing('ok')), received(thing('ok'), 1)), {
      ...stage,
      readsPayloads: true,
    });
    expect(
      routed
        .complete([])
        .map(({ value }) => value as StageCounts)
        .find(({ series }) => series === 'payloads'),
    ).toMatchObject({ payloads_in: 2, app_id: '*' });
  });

  it('gives equal output for equal input, so that a redelivery changes nothing', () => {
    const batch = batchOf(received(thing('failed')), received(thing('ok'), 1));
    const all = (): unknown => {
      const routed = route(batch, stage);
      return [routed.outputs, routed.complete([])];
    };
    expect(all()).toEqual(all());
  });
});

describe('failedEvent', () => {
  const about = { app_id: 'shop', collector_tstamp: 1, payload_id: 'p', payload_index: 0 };
  const wrong = failure('schema_violation', 'It is wrong.');

  it('has an id that follows from what failed and why', () => {
    const { failed_id } = failedEvent('validator', processor, [wrong], about);
    expect(failedEvent('validator', processor, [wrong], about).failed_id).toBe(failed_id);
    expect(failedEvent('validator', processor, [wrong], { ...about, payload_index: 1 }).failed_id).not.toBe(
      failed_id,
    );
    expect(
      failedEvent('validator', processor, [failure('schema_violation', 'Otherwise.')], about).failed_id,
    ).not.toBe(failed_id);
  });

  it('quotes no address and no endless value', () => {
    const quoted = failure('schema_violation', 'Seen at 81.2.69.142.', {
      value: `81.2.69.142 ${'x'.repeat(1000)}`,
    });
    expect(JSON.stringify(quoted)).not.toContain('81.2.69.142');
    expect(quoted.value).toHaveLength(256);
  });
});
