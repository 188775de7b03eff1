import { topics, type EnrichedEvent, type StageCounts } from '@headwater/contracts';
import {
  isUndecodable,
  type Batch,
  type Received,
  type Routed,
  type TooLarge,
  type Undecodable,
} from '@headwater/stage';
import { aFailedEvent, anEnrichedEvent } from '@headwater/testing';
import type { KafkaMessage } from 'kafkajs';
import { HttpGate } from '../../kafka-tests/http-gate-setup';
import { endpoints, eventually, Installation } from '../../kafka-tests/installation-setup';
import { PartitionReader } from '../client/partition-reader';
import { RegistryUnavailable } from '../errors';
import type { PartitionAssigned } from '../options';
import { TransactionalServer } from './transactional-server';

const { enrichedEvents, failedEvents, stageCounts, validEvents } = topics;

/** Copies good records, and makes a failed event of each that cannot be decoded. */
const copy = (batch: Batch<object>): Routed => ({
  outputs: batch.records.map((record) =>
    isUndecodable(record)
      ? {
          topic: failedEvents,
          value: aFailedEvent({
            failed_id: `${String(batch.partition)}/${String(record.offset)}`,
            not_replayable_reason: record.undecodable.reason,
          }),
        }
      : { topic: validEvents, value: record.value },
  ),
  complete: () => [],
});

const events = (count: number, known: Partial<EnrichedEvent> = {}): EnrichedEvent[] =>
  Array.from({ length: count }, (_, index) =>
    anEnrichedEvent({ event_id: `event-${String(index)}`, ...known }),
  );

const ids = (values: readonly EnrichedEvent[]): string[] => values.map(({ event_id }) => event_id).sort();

const textOf = (partition: readonly KafkaMessage[]): string[] =>
  partition.map(({ key, value }) => `${String(key)} ${value?.toString('base64') ?? ''}`);

describe('a transactional stage', () => {
  let at: Installation;
  beforeEach(async () => {
    at = await Installation.create();
  });
  afterEach(async () => {
    await at.close();
    expect(at.fatal).toEqual([]);
  });

  const caughtUp = (): Promise<void> =>
    eventually(async () => (await at.lag('validator', enrichedEvents)) === 0n, 'nothing left to read');

  it('copies every record once, to the partition of the same number', async () => {
    await at.produce(enrichedEvents, events(3_000));
    await at.start(new TransactionalServer(at.options('validator')), enrichedEvents, copy);
    await caughtUp();
    const [input, output] = await Promise.all([at.read(enrichedEvents), at.read(validEvents)]);
    expect(output.map(textOf)).toEqual(input.map(textOf));
    expect(input.flat()).toHaveLength(3_000);
  });

  it('goes on where the process before stopped, under the same transactional ids', async () => {
    await at.produce(enrichedEvents, events(500));
    const first = await at.start(new TransactionalServer(at.options('validator')), enrichedEvents, copy);
    await caughtUp();
    await first.close();
    await at.produce(
      enrichedEvents,
      events(500).map((event) => ({ ...event, event_id: `later-${event.event_id}` })),
    );
    await at.start(new TransactionalServer(at.options('validator')), enrichedEvents, copy);
    await caughtUp();
    const values = await at.readValues<EnrichedEvent>(validEvents);
    expect(new Set(ids(values)).size).toBe(1_000);
    expect(values).toHaveLength(1_000);
  });

  it('sets records apart that are not what the topic holds, and none of their neighbours', async () => {
    const good = at.encode(enrichedEvents, anEnrichedEvent({ event_id: 'good' }));
    const unknownId = Buffer.from(good);
    unknownId.writeInt32BE(999_999, 1);
    const otherSchema = Buffer.from(good);
    at.encode(failedEvents, aFailedEvent()).copy(otherSchema, 0, 0, 5);
    const bomb = Buffer.concat([good.subarray(0, 5), Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f])]);
    const poison: readonly (readonly [string, Buffer | null])[] = [
      ['magic', Buffer.concat([Buffer.from([1]), good.subarray(1)])],
      ['unknown id', unknownId],
      ['other schema', otherSchema],
      ['truncated', good.subarray(0, good.length - 3)],
      ['left over', Buffer.concat([good, Buffer.from([0])])],
      ['bomb', bomb],
      ['no value', null],
      ['empty', Buffer.alloc(0)],
    ];
    await at.produceRaw(
      enrichedEvents,
      poison.flatMap(([, value]) => [
        { partition: 1, key: 'a', value: good },
        { partition: 1, key: 'b', value },
        { partition: 1, key: 'c', value: good },
      ]),
    );
    await at.start(new TransactionalServer(at.options('validator')), enrichedEvents, copy);
    await caughtUp();
    expect(await at.readValues(validEvents)).toHaveLength(2 * poison.length);
    const failed = await at.readValues<{ failed_id: string; not_replayable_reason: string }>(failedEvents);
    expect(failed.map(({ failed_id }) => failed_id).sort()).toEqual(
      poison.map((_, index) => `1/${String(3 * index + 1)}`).sort(),
    );
    expect(
      Object.fromEntries(failed.map((each) => [each.failed_id, each.not_replayable_reason])),
    ).toMatchObject({
      '1/1': 'it does not begin with the magic byte 0',
      '1/4': 'the registry knows no schema 999999',
      '1/7': expect.stringContaining('cannot be read as EnrichedEvent') as string,
      '1/10': expect.stringContaining('the bytes end too early') as string,
      '1/13': expect.stringContaining('bytes are left over') as string,
      '1/19': 'it has no value',
    });
  });

  it('cuts what is written by bytes, and reports an event that no record can hold', async () => {
    const big = 'x'.repeat(700_000);
    await at.produce(enrichedEvents, events(1), 0);
    const tooLarge: TooLarge[] = [];
    await at.start(new TransactionalServer(at.options('validator')), enrichedEvents, () => ({
      // 21 MB for one partition, whose topic takes batches of 5 MiB; and one record of 6 MB.
      outputs: [
        ...Array.from({ length: 30 }, () => ({
          topic: validEvents,
          value: anEnrichedEvent({ event_id: 'same key', page_title: big }),
        })),
        { topic: validEvents, value: anEnrichedEvent({ page_title: 'y'.repeat(6_000_000) }) },
      ],
      complete: (problems: readonly TooLarge[]) => {
        tooLarge.push(...problems);
        return problems.map(() => ({ topic: failedEvents, value: aFailedEvent() }));
      },
    }));
    await caughtUp();
    expect(await at.readValues(validEvents)).toHaveLength(30);
    expect(await at.readValues(failedEvents)).toHaveLength(1);
    expect(tooLarge).toHaveLength(1);
    expect(tooLarge[0]?.actualBytes).toBeGreaterThan(6_000_000);
    expect(tooLarge[0]?.maximumBytes).toBeLessThan(5 * 1024 * 1024);
  });

  it('waits while a look-up is broken, and loses and doubles nothing', async () => {
    await at.produce(enrichedEvents, events(200));
    let calls = 0;
    const server = await at.start(
      new TransactionalServer(at.options('validator')),
      enrichedEvents,
      (batch) => {
        calls += 1;
        if (calls < 5) throw new RegistryUnavailable('The schemas cannot be read.');
        return copy(batch);
      },
    );
    await eventually(
      () => server.notReady()?.includes('The schemas cannot be read.') ?? false,
      'says why it waits',
    );
    expect(server.notLive()).toBeNull();
    await caughtUp();
    expect(ids(await at.readValues(validEvents))).toEqual(ids(events(200)));
    expect(server.notReady()).toBeNull();
  });

  it('ends the process on an error of the program, and commits nothing', async () => {
    await at.produce(enrichedEvents, events(10), 0);
    await at.start(new TransactionalServer(at.options('validator')), enrichedEvents, () => {
      throw new TypeError('undefined is not a function');
    });
    await eventually(() => at.fatal.length > 0, 'fatal');
    expect(at.fatal.splice(0)[0]?.message).toBe('undefined is not a function');
    expect(await at.committed('validator', enrichedEvents, 0)).toEqual({ offset: null, metadata: null });
    expect(await at.readValues(validEvents)).toEqual([]);
  });

  it('shows a stage that remembers what lies below its position, each time it takes a partition over', async () => {
    await at.produce(enrichedEvents, events(100), 0);
    const first = await at.start(new TransactionalServer(at.options('validator')), enrichedEvents, copy);
    await caughtUp();
    await first.close();
    await at.produce(enrichedEvents, events(50, { event_id: 'new' }), 0);

    const tails: { readonly end: bigint; readonly seen: readonly Received<unknown>[] }[] = [];
    const onAssigned = async ({ partition, tail }: PartitionAssigned): Promise<void> => {
      if (partition !== 0) return;
      const seen: Received<unknown>[] = [];
      for await (const record of tail.read(-1n)) seen.push(record);
      tails.push({ end: tail.end, seen });
    };
    let calls = 0;
    await at.start(
      new TransactionalServer(at.options('validator', { onAssigned })),
      enrichedEvents,
      (batch) => {
        calls += 1;
        if (calls === 1) throw new RegistryUnavailable('not now');
        return copy(batch);
      },
    );
    await caughtUp();
    expect(tails.map(({ end, seen }) => [end, seen.length])).toEqual([
      [100n, 100],
      [100n, 100],
    ]);
    expect(tails[0]?.seen[99]).toMatchObject({ offset: 99n, value: { event_id: 'event-99' } });
  });

  it('has no lag behind transactions that were undone', async () => {
    await at.start(new TransactionalServer(at.options('validator')), enrichedEvents, copy);
    const producer = at.kafka.client.producer({
      transactionalId: `${at.prefix}undone`,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    for (const end of ['commit', 'abort', 'abort'] as const) {
      const transaction = await producer.transaction();
      const messages = [{ partition: 0, value: at.encode(enrichedEvents, anEnrichedEvent()) }];
      await transaction.send({ topic: at.kafka.topicName(enrichedEvents), messages });
      await transaction[end]();
      await caughtUp();
    }
    await producer.disconnect();
    expect(await at.readValues(validEvents)).toHaveLength(1);
  });

  it('hides what was undone, also where transactions lie in each other', async () => {
    const name = at.kafka.topicName(enrichedEvents);
    const value = (id: string): Buffer => at.encode(enrichedEvents, anEnrichedEvent({ event_id: id }));
    const producers = await Promise.all(
      ['outer', 'inner', 'good'].map(async (id) => {
        const producer = at.kafka.client.producer({
          transactionalId: `${at.prefix}${id}`,
          maxInFlightRequests: 1,
        });
        await producer.connect();
        return producer;
      }),
    );
    // Brokers list undone transactions in the order of their ends. The one that began first ends last, or first.
    for (const [round, order] of [
      [1, 0],
      [0, 1],
    ].entries()) {
      const [outer, inner, good] = await Promise.all(producers.map((producer) => producer.transaction()));
      const open = [outer, inner];
      for (const [index, transaction] of [...open, ...open].entries())
        await transaction?.send({
          topic: name,
          messages: [{ partition: 0, value: value(`undone-${String(round)}-${String(index)}`) }],
        });
      await good?.send({ topic: name, messages: [{ partition: 0, value: value(`good-${String(round)}`) }] });
      for (const index of order) await open[index]?.abort();
      await good?.commit();
    }
    await Promise.all(producers.map((producer) => producer.disconnect()));
    await at.start(new TransactionalServer(at.options('validator')), enrichedEvents, copy);
    await caughtUp();
    const copies = await at.readValues<EnrichedEvent>(validEvents);
    expect(copies.map(({ event_id }) => event_id)).toEqual(['good-0', 'good-1']);
    // A reader without a group, from the middle of them on.
    const reader = new PartitionReader(at.kafka);
    const { stableEnd } = await reader.bounds(name, 0);
    for (let first = 0n; first < stableEnd; first += 1n) {
      const seen: string[] = [];
      for await (const messages of reader.read(name, 0, first, stableEnd))
        seen.push(...messages.map(({ offset }) => offset));
      expect([first, seen]).toEqual([first, ['4', '12'].filter((offset) => BigInt(offset) >= first)]);
    }
    await reader.close();
  });

  it('reports what retention removed before it was read, with the exact range', async () => {
    await at.produce(enrichedEvents, events(100), 2);
    const first = await at.start(new TransactionalServer(at.options('validator')), enrichedEvents, copy);
    await caughtUp();
    await first.close();
    await at.produce(enrichedEvents, events(100), 2);
    const name = at.kafka.topicName(enrichedEvents);
    await at.deleteRecords(enrichedEvents, 2, 150n);
    const errors: object[] = [];
    const log = { ...at.options('x').log, error: (context: object) => errors.push(context) };
    await at.start(new TransactionalServer(at.options('validator', { log })), enrichedEvents, copy);
    await caughtUp();
    expect(errors).toEqual([{ topic: name, partition: 2, from: '100', to: '150', count: 50, code: 'E_GAP' }]);
    expect(await at.readValues(validEvents)).toHaveLength(150);
    expect(await at.metrics.getSingleMetricAsString('headwater_gap_records_total')).toMatch(
      /partition="2"\} 50/,
    );
    // The quality monitor hears of it, once, and no sum is changed.
    expect(await at.readValues<StageCounts>(stageCounts)).toMatchObject([
      {
        app_id: '*',
        stage: 'validator',
        series: 'gap',
        source: 'enriched-events/2/100-149',
        in_count: 0,
        out_count: 0,
        failed: {},
        dropped: {},
      },
    ]);
  });

  it('stops a partition whose log ends before the committed offset, and says so', async () => {
    await at.produce(enrichedEvents, events(10), 0);
    const name = at.kafka.topicName(enrichedEvents);
    await at.run((admin) =>
      admin.setOffsets({
        groupId: at.kafka.groupId('validator'),
        topic: name,
        partitions: [{ partition: 0, offset: '5000' }],
      }),
    );
    const server = await at.start(new TransactionalServer(at.options('validator')), enrichedEvents, copy);
    await eventually(() => server.notReady()?.includes('the log ends at 10') ?? false, 'says so');
    expect(await at.readValues(validEvents)).toEqual([]);
    expect((await at.committed('validator', enrichedEvents, 0)).offset).toBe(5_000n);
  });

  it('dead-letters nothing while the registry is away, and goes on when it is back', async () => {
    const gate = await HttpGate.to(endpoints().registryUrl);
    const behind = await Installation.open(at.prefix, { ...endpoints(), registryUrl: gate.url });
    try {
      const good = at.encode(enrichedEvents, anEnrichedEvent());
      const foreign = Buffer.from(good);
      foreign.writeInt32BE(999_999, 1);
      const server = await behind.start(
        new TransactionalServer(behind.options('validator')),
        enrichedEvents,
        copy,
      );
      gate.open = false;
      await at.produceRaw(enrichedEvents, [
        { partition: 0, value: good },
        { partition: 0, value: foreign },
        { partition: 1, value: good },
      ]);
      await eventually(
        () => server.notReady()?.includes('schema registry') ?? false,
        'waits for the registry',
      );
      // A partition whose schemas are known needs no registry.
      await eventually(
        async () => (await at.readValues(validEvents)).length === 1,
        'the other partition goes on',
      );
      expect(await at.readValues(failedEvents)).toEqual([]);
      gate.open = true;
      await caughtUp();
      expect(await at.readValues(validEvents)).toHaveLength(2);
      expect(await at.readValues(failedEvents)).toHaveLength(1);
    } finally {
      await behind.close();
      await gate.close();
    }
  });

  it('tells a handler how far behind it is, and where its batch lies', async () => {
    await at.produce(enrichedEvents, events(1_000), 0);
    const seen: Batch<object>[] = [];
    const options = at.options('validator', { batch: { maxRecords: 300 } });
    await at.start(new TransactionalServer(options), enrichedEvents, (batch) => {
      seen.push(batch);
      return copy(batch);
    });
    await caughtUp();
    const whole = seen.filter(({ partition }) => partition === 0);
    expect(whole.every(({ records }) => records.length <= 300)).toBe(true);
    expect(whole.map(({ first, next }) => [first, next])[0]).toEqual([0n, 300n]);
    expect(whole[0]?.lag).toBe(700);
    expect(whole.at(-1)).toMatchObject({ next: 1_000n, lag: 0, topic: enrichedEvents });
    const records: readonly (Received<object> | Undecodable)[] = whole.flatMap((batch) => batch.records);
    expect(records.map(({ offset }) => offset)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => BigInt(index)),
    );
  });
});
