import { createMembership, readRegistry } from '@headwater/apps';
import { topics, type CollectorPayload, type StageCounts } from '@headwater/contracts';
import { createPseudonyms, type EnricherOptions } from '@headwater/enrichment';
import { knownMarkedPaths } from '@headwater/look-ups';
import { ServiceError, type Batch } from '@headwater/stage';
import { aCollectorPayload, aTrackerEvent, BUILT_AT, tp2Body } from '@headwater/testing';
import { EnricherController } from './enricher.controller';
import { enricherStages } from './enricher-stage';

class NoDatabase extends ServiceError {
  readonly code = 'E_TEST';
  readonly retriable = true;
}

const options: EnricherOptions = {
  processor: 'headwater-enricher/0.1.0',
  lookUps: {
    countryOf: () => 'GB',
    pseudonyms: createPseudonyms([{ id: 'test-1', secret: 'x'.repeat(32) }]),
    markedPaths: knownMarkedPaths({ folders: [] }),
  },
};
const controller = new EnricherController(enricherStages(options));

const batchOf = (...payloads: readonly CollectorPayload[]): Batch<CollectorPayload> => ({
  topic: topics.collectorPayloads,
  partition: 3,
  first: 100n,
  next: 100n + BigInt(payloads.length),
  lag: 7,
  records: payloads.map((value, index) => ({ offset: 100n + BigInt(index), timestamp: BUILT_AT + 5, value })),
});

const good = aTrackerEvent();
const bad = aTrackerEvent({ res: 'wide' });

it('writes good events, failed events, and the exact counts of both with the link to their payloads', () => {
  const routed = controller.onPayloads(
    batchOf(
      aCollectorPayload({ body: tp2Body(good, good, bad, good, good) }),
      aCollectorPayload({ path: '/wp-admin/x', body: null }),
    ),
  );
  const written = routed.outputs.map(({ topic }) => topic.name);
  expect(written.filter((name) => name === 'enriched-events')).toHaveLength(4);
  expect(written.filter((name) => name === 'failed-events')).toHaveLength(2);

  const counts = routed.complete([]).map(({ value }) => value as StageCounts);
  expect(counts).toContainEqual(
    expect.objectContaining({
      app_id: 'shop',
      series: 'total',
      in_count: 5,
      out_count: 4,
      failed: { tracker_protocol_violation: 1 },
    }),
  );
  expect(counts).toContainEqual(
    expect.objectContaining({
      app_id: 'unknown',
      series: 'total',
      in_count: 1,
      failed: { path_scan: 1 },
    }),
  );
  expect(counts).toContainEqual(expect.objectContaining({ app_id: '*', series: 'payloads', payloads_in: 2 }));
});

it('makes a failed event of one that is too large, with who sent it and without its content', () => {
  const routed = controller.onPayloads(
    batchOf(aCollectorPayload({ body: tp2Body(aTrackerEvent({ uid: 'alice', page: 'a long title' })) })),
  );
  const [output] = routed.outputs;
  const [dead] = routed.complete([{ output: output!, actualBytes: 5_000_000, maximumBytes: 4_000_000 }]);
  expect(dead?.topic.name).toBe('failed-events');
  expect(dead?.value).toMatchObject({
    app_id: 'shop',
    event_id: good['eid'],
    failure_type: 'size_violation',
    geo_country: 'GB',
    pseudonym_key_id: 'test-1',
    parameters: null,
    replayable: false,
  });
  expect(JSON.stringify(dead?.value)).not.toContain('a long title');
});

it('gives equal outputs for an equal batch: what a crash repeats is the same', () => {
  const batch = batchOf(aCollectorPayload({ body: tp2Body(good, bad) }));
  const once = controller.onPayloads(batch);
  const again = controller.onPayloads(batch);
  expect(again.outputs).toEqual(once.outputs);
  expect(again.complete([])).toEqual(once.complete([]));
});

describe('a quota of the app registry', () => {
  const registry = readRegistry({ apps: [{ id: 'shop', quota: { eventsPerSecond: 1, burst: 2 } }] });
  if (!('apps' in registry)) throw new Error(registry.join('\n'));

  it('fails what is above it, and all of it is counted', () => {
    const limited = new EnricherController(
      enricherStages({ ...options, membership: createMembership(registry, { sharedBy: 1 }) }),
    );
    const blog = aTrackerEvent({ aid: 'blog' });
    const routed = limited.onPayloads(
      batchOf(
        aCollectorPayload({ body: tp2Body(good, good, good, bad, blog) }),
        aCollectorPayload({ body: tp2Body(good) }),
      ),
    );
    const counts = routed.complete([]).map(({ value }) => value as StageCounts);
    const totalOf = (app_id: string): StageCounts | undefined =>
      counts.find((count) => count.app_id === app_id && count.series === 'total');
    expect(totalOf('shop')).toMatchObject({
      in_count: 5,
      out_count: 2,
      failed: { quota_exceeded: 3 },
      dropped: {},
    });
    expect(totalOf('blog')).toMatchObject({ in_count: 1, out_count: 1 });
    expect(routed.outputs).toHaveLength(6);
  });

  it('counts a batch once that is judged again and again while a look-up is away', () => {
    let isAway = true;
    const countryOf = (): string => {
      if (isAway) throw new NoDatabase('The country database is not there.');
      return 'GB';
    };
    const limited = new EnricherController(
      enricherStages({
        ...options,
        lookUps: { ...options.lookUps, countryOf },
        membership: createMembership(registry, { sharedBy: 1 }),
      }),
    );
    const batch = batchOf(
      aCollectorPayload({ body: tp2Body(good), ip_address: '203.0.113.0' }),
      aCollectorPayload({ body: tp2Body(good), ip_address: '203.0.113.0' }),
    );
    for (let n = 0; n < 10; n += 1) expect(() => limited.onPayloads(batch)).toThrow(NoDatabase);
    isAway = false;
    for (let n = 0; n < 3; n += 1)
      expect(limited.onPayloads(batch).outputs.map(({ topic }) => topic.name)).toEqual([
        'enriched-events',
        'enriched-events',
      ]);
  });
});
