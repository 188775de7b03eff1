import { topics, type EnrichedEvent, type StageCounts } from '@headwater/contracts';
import { GAP, isUndecodable, type Batch, type Routed } from '@headwater/stage';
import { aFailedEvent, anEnrichedEvent } from '@headwater/testing';
import { CompressionTypes } from 'kafkajs';
import { eventually, Installation } from '../../kafka-tests/installation-setup';
import type { PartitionAssigned } from '../options';
import { TransactionalServer } from './transactional-server';

const { enrichedEvents, failedEvents, stageCounts, validEvents } = topics;

const copy = (batch: Batch<object>): Routed => ({
  outputs: batch.records.map((record) =>
    isUndecodable(record)
      ? { topic: failedEvents, value: aFailedEvent({ failed_id: String(record.offset) }) }
      : { topic: validEvents, value: record.value },
  ),
  complete: () => [],
});

describe('a record batch that cannot be taken apart', () => {
  let at: Installation;
  beforeEach(async () => {
    at = await Installation.create();
  });
  afterEach(() => at.close());

  const validIds = async (): Promise<string[]> =>
    (await at.readValues<EnrichedEvent>(validEvents)).map(({ event_id }) => event_id).sort();

  /** A few bytes for the broker, 270 MB for whoever unpacks them. */
  async function bomb(partition: number): Promise<void> {
    const producer = at.kafka.client.producer();
    await producer.connect();
    const zeros = Buffer.alloc(135_000_000);
    await producer.send({
      topic: at.kafka.topicName(enrichedEvents),
      compression: CompressionTypes.GZIP,
      messages: [
        { partition, value: zeros },
        { partition, value: zeros },
      ],
    });
    await producer.disconnect();
  }

  const event = (event_id: string): EnrichedEvent => anEnrichedEvent({ event_id });

  it('stops its partition only, names the exact range, and is skipped when somebody says so', async () => {
    await at.produce(enrichedEvents, [event('before')], 0);
    await bomb(0);
    await at.produce(enrichedEvents, [event('behind')], 0);
    const errors: object[] = [];
    const log = { ...at.options('x').log, error: (context: object) => errors.push(context) };
    const first = await at.start(
      new TransactionalServer(at.options('validator', { log })),
      enrichedEvents,
      copy,
    );
    const name = at.kafka.topicName(enrichedEvents);
    await eventually(() => first.notReady() !== null, 'it says so', 60_000);
    const range = `${name}/0@1-2`;
    expect(first.notReady()).toContain(`The record batch 1 to 2 of ${name}/0 cannot be read`);
    expect(first.notReady()).toContain(`KAFKA__SKIP_BATCHES=${range}`);
    expect(errors).toEqual([{ topic: name, partition: 0, first: '1', last: '2', code: 'E_POISON_BATCH' }]);
    await at.produce(enrichedEvents, [event('elsewhere')], 1);
    await eventually(async () => (await validIds()).length === 2, 'the other partitions go on');
    expect(await validIds()).toEqual(['before', 'elsewhere']);
    expect((await at.committed('validator', enrichedEvents, 0)).offset).toBe(1n);
    expect(await at.metrics.metrics()).toContain(
      'headwater_poisoned_partitions{topic="enriched-events",partition="0"} 1',
    );
    expect(at.fatal).toEqual([]);
    expect(first.notLive()).toBeNull();
    await first.close();

    const second = await at.start(
      new TransactionalServer(at.options('validator', { skipBatches: [range] })),
      enrichedEvents,
      copy,
    );
    await eventually(
      async () => (await at.lag('validator', enrichedEvents)) === 0n,
      'nothing left to read',
      60_000,
    );
    expect(await validIds()).toEqual(['before', 'behind', 'elsewhere']);
    expect(await at.readValues(failedEvents)).toEqual([]);
    expect(await at.metrics.metrics()).toContain(
      'headwater_skipped_records_total{topic="enriched-events"} 2',
    );
    // The accounts would miss them otherwise, and nobody would know why.
    expect(await at.readValues<StageCounts>(stageCounts)).toMatchObject([
      { series: GAP, stage: 'validator', source: `${enrichedEvents.name}/0/1-2` },
    ]);
    await second.close();

    // Whoever remembers what came before meets it again, without being told to skip it.
    const remembered: string[] = [];
    const onAssigned = async ({ partition, tail }: PartitionAssigned): Promise<void> => {
      if (partition !== 0) return;
      for await (const { value } of tail.read(0n)) remembered.push((value as EnrichedEvent).event_id);
    };
    const third = await at.start(
      new TransactionalServer(at.options('validator', { onAssigned })),
      enrichedEvents,
      copy,
    );
    await at.produce(enrichedEvents, [event('later')], 0);
    await eventually(async () => (await validIds()).includes('later'), 'it goes on');
    expect(remembered).toEqual(['before', 'behind']);
    expect(third.notReady()).toBeNull();
    expect(at.fatal).toEqual([]);
  });

  it('is not a record whose key or size is odd', async () => {
    const huge = Buffer.concat([
      at.encode(enrichedEvents, event('a')).subarray(0, 5),
      Buffer.alloc(10_000_000),
    ]);
    const producer = at.kafka.client.producer();
    await producer.connect();
    await producer.send({
      topic: at.kafka.topicName(enrichedEvents),
      compression: CompressionTypes.GZIP,
      messages: [
        { partition: 0, key: '\0', value: at.encode(enrichedEvents, event('NUL key')) },
        { partition: 0, key: null, value: huge },
        { partition: 0, key: '', value: at.encode(enrichedEvents, event('no key')) },
      ],
    });
    await producer.disconnect();
    await at.start(new TransactionalServer(at.options('validator')), enrichedEvents, copy);
    await eventually(
      async () => (await at.lag('validator', enrichedEvents)) === 0n,
      'nothing left to read',
      60_000,
    );
    expect(await validIds()).toEqual(['NUL key', 'no key']);
    expect(await at.readValues(failedEvents)).toMatchObject([{ failed_id: '1' }]);
  });
});
