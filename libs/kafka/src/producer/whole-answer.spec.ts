import createRetry from 'kafkajs/src/retry';
import createSendMessages from 'kafkajs/src/producer/sendMessages';
import { isWhole } from './whole-answer';

const messages = [0, 1].map((partition) => ({ partition, key: null, value: Buffer.from('x') }));
const sent = [{ topic: 'counts', messages }];

/** Two brokers, of which the second one loses its partition to the first as soon as it is written to. */
function send(): Promise<readonly { readonly topicName: string; readonly partition: number }[]> {
  const leaders = new Map([
    [0, 1],
    [1, 2],
  ]);
  const written = (partitions: readonly number[]): object => ({
    topics: [
      { topicName: 'counts', partitions: partitions.map((partition) => ({ partition, errorCode: 0 })) },
    ],
  });
  type Request = { readonly topicData: readonly { readonly partitions: readonly Written[] }[] };
  type Written = { readonly partition: number };
  const partitionsOf = ({ topicData }: Request): number[] =>
    topicData.flatMap(({ partitions }) => partitions.map(({ partition }) => partition));
  const brokers = new Map([
    [1, { nodeId: 1, produce: (request: Request) => Promise.resolve(written(partitionsOf(request))) }],
    [
      2,
      {
        nodeId: 2,
        produce: () => {
          leaders.set(1, 1);
          const moved = new Error('This server is not the leader for that topic-partition');
          return Promise.reject(Object.assign(moved, { type: 'NOT_LEADER_FOR_PARTITION', retriable: true }));
        },
      },
    ],
  ]);
  const nothing = (): Promise<void> => Promise.resolve();
  const logger = { debug: nothing, error: nothing };
  const cluster = {
    targetTopics: new Set(),
    addMultipleTargetTopics: nothing,
    refreshMetadataIfNecessary: nothing,
    refreshMetadata: nothing,
    isConnected: () => true,
    findTopicPartitionMetadata: () => [{ partitionId: 0 }, { partitionId: 1 }],
    findLeaderForPartitions: () => {
      const found: Record<number, number[]> = {};
      for (const [partition, leader] of leaders) (found[leader] ??= []).push(partition);
      return found;
    },
    findBroker: ({ nodeId }: { nodeId: string }) => Promise.resolve(brokers.get(Number(nodeId))),
  };
  const eosManager = {
    acquireBrokerLock: nothing,
    releaseBrokerLock: nothing,
    isTransactional: () => false,
    getSequence: () => 0,
    updateSequence: () => undefined,
    getProducerId: () => 1,
    getProducerEpoch: () => 0,
  };
  const partitioner = ({ message }: { message: { partition: number } }): number => message.partition;
  const retrier = createRetry({ initialRetryTime: 1, retries: 3 });
  return createSendMessages({ logger, cluster, partitioner, eosManager, retrier })({
    acks: -1,
    timeout: 1_000,
    topicMessages: sent,
  });
}

describe('the answer to a send', () => {
  it('is not whole where kafkajs has kept back what moved to a broker that had answered', async () => {
    const answer = await send();
    expect(answer.map(({ partition }) => partition)).toEqual([0]);
    expect(isWhole(sent, answer)).toBe(false);
  });

  it.each([
    ['each partition once', [{ partition: 0 }, { partition: 1 }], true],
    ['in any order', [{ partition: 1 }, { partition: 0 }], true],
    ['one twice', [{ partition: 0 }, { partition: 1 }, { partition: 0 }], false],
    ['one twice in the place of another', [{ partition: 0 }, { partition: 0 }], false],
    ['another one', [{ partition: 0 }, { partition: 2 }], false],
    ['nothing', [], false],
  ])('that names %s', (_case, answer, whole) => {
    const named = answer.map(({ partition }) => ({ topicName: 'counts', partition }));
    expect(isWhole(sent, named)).toBe(whole);
  });

  it('is of another topic', () => {
    const named = [0, 1].map((partition) => ({ topicName: 'others', partition }));
    expect(isWhole(sent, named)).toBe(false);
  });
});
