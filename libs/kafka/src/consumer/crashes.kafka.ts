import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { topics, type EnrichedEvent } from '@headwater/contracts';
import { isUndecodable, type Batch, type Routed } from '@headwater/stage';
import { anEnrichedEvent } from '@headwater/testing';
import { eventually, Installation } from '../../kafka-tests/installation-setup';
import { Replicas } from '../../kafka-tests/replicas-setup';
import { TransactionalServer } from './transactional-server';

const { enrichedEvents, validEvents } = topics;

const events = (count: number): EnrichedEvent[] =>
  Array.from({ length: count }, (_, index) => anEnrichedEvent({ event_id: `event-${String(index)}` }));

const copy = (batch: Batch<object>): Routed => ({
  outputs: batch.records.flatMap((record) =>
    isUndecodable(record) ? [] : [{ topic: validEvents, value: record.value }],
  ),
  complete: () => [],
});

describe('replicas that are killed and paused', () => {
  let at: Installation;
  let replicas: Replicas;
  beforeAll(() => {
    replicas = Replicas.build();
  });
  beforeEach(async () => {
    at = await Installation.create({ partitions: 4 });
  });
  afterEach(() => at.close());
  afterAll(() => replicas.close());

  /** How often the servers of this process were shut out. */
  const fenced = async (): Promise<number> =>
    Number(/^headwater_fenced_total (\d+)$/mu.exec(await at.metrics.metrics())?.[1] ?? '0');
  const caughtUp = (): Promise<void> =>
    eventually(async () => (await at.lag('crash', enrichedEvents)) === 0n, 'nothing left to read', 90_000);

  it('copy every event exactly once', async () => {
    const written = events(8_000);
    await at.produce(enrichedEvents, written);
    // About ten requests make a transaction: it takes half a second, and most signals hit one.
    const job = { kind: 'copy', prefix: at.prefix, maxRecords: 100, delayMs: 40 };
    const paused = replicas.start(job);
    let killed = replicas.start(job);
    await eventually(async () => (await at.read(validEvents)).flat().length > 500, 'work has begun', 60_000);
    for (let round = 0; round < 2; round += 1) {
      // Longer than the session: the other takes over, and this one wakes up as a zombie in mid-transaction.
      paused.signal('SIGSTOP');
      await delay(3_000);
      killed.signal('SIGKILL');
      await killed.ended();
      killed = replicas.start(job);
      await delay(5_500);
      paused.signal('SIGCONT');
      await delay(1_500);
    }
    await caughtUp();
    paused.signal('SIGTERM');
    killed.signal('SIGTERM');
    expect([await paused.ended(), await killed.ended()]).toEqual([0, 0]);
    const found = (await at.readValues<EnrichedEvent>(validEvents)).map(({ event_id }) => event_id);
    const twice = found.length - new Set(found).size;
    const lost = written.filter(({ event_id }) => !new Set(found).has(event_id)).length;
    expect({ lost, twice }).toEqual({ lost: 0, twice: 0 });
  });

  it('do not shut out, when they wake up, whoever was given their partitions', async () => {
    const zombie = replicas.start({ kind: 'copy', prefix: at.prefix, maxRecords: 10, delayMs: 30 });
    await at.produce(enrichedEvents, events(4_000));
    await eventually(async () => (await at.read(validEvents)).flat().length > 0, 'work has begun', 60_000);
    zombie.signal('SIGSTOP');
    const survivor = new TransactionalServer(
      at.options('crash', { batch: { maxRecords: 5, lingerMs: 20 }, sessionTimeoutMs: 6_000 }),
    );
    let handled = 0;
    await at.start(survivor, enrichedEvents, async (batch: Batch<object>) => {
      handled += 1;
      // Long enough that it hears of the rebalance only when the zombie has got over its shock.
      if (handled > 20) await delay(5_000);
      return copy(batch);
    });
    await eventually(() => handled > 20, 'the session of the zombie ends, and its partitions move', 60_000);
    zombie.signal('SIGCONT');
    await delay(12_000);
    expect(await fenced()).toBe(0);
    zombie.signal('SIGTERM');
    await zombie.ended();
  });

  it('hand a batch that was being stored over again, the same to the byte, and no other', async () => {
    await at.produce(enrichedEvents, events(600), 0);
    const file = join(replicas.folder, 'stored.ndjson');
    const job = { kind: 'store', prefix: at.prefix, file, maxRecords: 100 };
    // Dies between storing and committing, three times; each replica cuts batches of another size.
    for (const [dieAfter, maxRecords] of [
      [1, 100],
      [2, 70],
      [2, 130],
    ]) {
      const replica = replicas.start({ ...job, dieAfter, maxRecords });
      expect(await replica.ended()).toBe('SIGKILL');
    }
    const last = replicas.start({ ...job, maxRecords: 90 });
    await caughtUp();
    last.signal('SIGTERM');
    await last.ended();

    const stored = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { token: string; recovered: boolean; ids: string[] });
    const byToken = new Map<string, string[]>();
    for (const { token, recovered, ids } of stored) {
      const before = byToken.get(token);
      expect(recovered).toBe(before !== undefined);
      if (before) expect(ids).toEqual(before);
      byToken.set(token, ids);
    }
    expect(stored.length - byToken.size).toBe(3);
    expect([...byToken.values()].flat()).toEqual(events(600).map(({ event_id }) => event_id));
  });
});
