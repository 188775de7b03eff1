import { topics } from '@headwater/contracts';
import type { ProducerBatch, RecordMetadata } from 'kafkajs';
import { kafkaConfig } from '../config';
import type { KafkaConnection } from '../client/kafka-connection';
import type { Encoded } from './cut-sends';
import { PartitionTransactions } from './partition-transactions';

const { validEvents } = topics;
const records = [0, 1].map((partition): Encoded => ({
  topic: validEvents,
  partition,
  key: null,
  value: Buffer.from('x'),
}));
const finished = { groupId: 'validator', topic: 'enriched-events', partition: 0, next: 7n };

/** A broker that takes everything; the client's answer names the partitions of `written` only. */
function transactionsOf(written: readonly number[]) {
  const did: string[] = [];
  const transaction = {
    sendOffsets: () => Promise.resolve(void did.push('offsets')),
    sendBatch: ({ topicMessages = [] }: ProducerBatch): Promise<Partial<RecordMetadata>[]> =>
      Promise.resolve(written.map((partition) => ({ topicName: topicMessages[0]?.topic ?? '', partition }))),
    commit: () => Promise.resolve(void did.push('commit')),
    abort: () => Promise.resolve(void did.push('abort')),
    isActive: () => true,
  };
  const producer = {
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(void did.push('disconnect')),
    transaction: () => Promise.resolve(transaction),
  };
  const kafka = {
    config: kafkaConfig.parse({ brokers: ['127.0.0.1:1'] }),
    client: { producer: () => producer },
    topicName: ({ name }: { readonly name: string }) => `prefix.${name}`,
  } as unknown as KafkaConnection;
  return { transactions: new PartitionTransactions(kafka, 'validator-enriched-events-0'), did };
}

it('fences with an offset, which is undone: behind it, the coordinator of the group knows all that was committed before', async () => {
  const { transactions, did } = transactionsOf([]);
  await transactions.fence(finished);
  expect(did).toEqual(['offsets', 'abort']);
});

describe('a transaction', () => {
  it('is committed when every partition has its records', async () => {
    const { transactions, did } = transactionsOf([0, 1]);
    await transactions.fence(finished);
    did.length = 0;
    expect(await transactions.commit(records, finished)).toEqual({ outcome: 'ok' });
    expect(did).toEqual(['offsets', 'commit']);
  });

  it('is undone, input offset and all, when the client has sent records to nobody and says nothing of it', async () => {
    const { transactions, did } = transactionsOf([0]);
    await transactions.fence(finished);
    did.length = 0;
    expect(await transactions.commit(records, finished)).toMatchObject({
      outcome: 'retry',
      error: { message: 'the records were not written to every partition' },
    });
    await new Promise(setImmediate);
    expect(did).toEqual(['offsets', 'abort', 'disconnect']);
  });
});
