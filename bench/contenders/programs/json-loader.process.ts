/**
 * The obvious loader: kafkajs `eachBatch`, plain Avro, and `@clickhouse/client` with JSONEachRow, into a table of the same shape as
 * ours. Like ours it collects up to 10,000 rows or half a second a partition before it inserts, and commits after the insert.
 */
import { createClient } from '@clickhouse/client';
import { topics, type EnrichedEvent } from '@headwater/contracts';
import { PlainAvro, schemaIdOf } from './plain-avro';
import { plainKafka } from './plain-kafka';
import { setting } from './settings';

const MAX_ROWS = 10_000;
const LINGER_MS = 500;

interface Collected {
  readonly rows: object[];
  readonly since: number;
  next: bigint;
}

async function main(): Promise<void> {
  const [input, groupId, table] = [setting('INPUT'), setting('GROUP'), setting('TABLE')];
  const avro = new PlainAvro('EnrichedEvent', await schemaIdOf(setting('REGISTRY'), topics.validEvents.name));
  const clickhouse = createClient({ url: setting('CLICKHOUSE') });
  const consumer = plainKafka(setting('BROKERS')).consumer({
    groupId,
    readUncommitted: false,
    maxBytesPerPartition: 8 * 1024 * 1024,
    maxBytes: 32 * 1024 * 1024,
    minBytes: 256 * 1024,
    maxWaitTimeInMs: LINGER_MS,
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [input], fromBeginning: true });

  const collected = new Map<number, Collected>();
  const flush = async (partition: number): Promise<void> => {
    const batch = collected.get(partition);
    if (batch === undefined) return;
    collected.delete(partition);
    await clickhouse.insert({
      table,
      values: batch.rows,
      format: 'JSONEachRow',
      clickhouse_settings: {
        input_format_null_as_default: 1,
        input_format_defaults_for_omitted_fields: 1,
        async_insert: 0,
        // The embedded engine counts what this format allocates and not what it frees: 10,000 rows look like more than its 600 MB.
        max_memory_usage: '0',
      },
    });
    await consumer.commitOffsets([{ topic: input, partition, offset: String(batch.next) }]);
  };
  // A partition is never collected and flushed at the same time: its batches come one at a time, and the clock asks here.
  let turn = Promise.resolve();
  const inTurn = (task: () => Promise<void>): Promise<void> => (turn = turn.then(task));
  setInterval(() => {
    for (const [partition, { since }] of collected)
      if (performance.now() - since > LINGER_MS) void inTurn(() => flush(partition));
  }, 50);

  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 4,
    eachBatch: ({ batch }) =>
      inTurn(async () => {
        const { partition } = batch;
        for (const { value, offset } of batch.messages) {
          if (value === null) continue;
          const into: Collected = collected.get(partition) ?? {
            rows: [],
            since: performance.now(),
            next: 0n,
          };
          collected.set(partition, into);
          into.rows.push(avro.decode(value) as EnrichedEvent);
          into.next = BigInt(offset) + 1n;
          if (into.rows.length >= MAX_ROWS) await flush(partition);
        }
      }),
  });
}

void main();
