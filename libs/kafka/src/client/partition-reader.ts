import type { KafkaMessage } from 'kafkajs';
import type Cluster from 'kafkajs/src/cluster';
import FetchedBatch from 'kafkajs/src/consumer/batch';
import { BrokerUnavailable, PoisonBatch } from '../errors';
import { refusalOf } from './admin';
import { ISOLATION, newCluster } from './cluster';
import { messageOf, troubleOf } from './kafka-error';
import { IMPATIENT_RETRY, type KafkaConnection } from './kafka-connection';
import { poisonOf } from './poison';
import { Replaceable } from './replaceable';

const FETCH_BYTES = 4 * 1024 * 1024;
const FETCH_WAIT_MS = 500;
const DEADLINE_MS = 30_000;
/** Fetches in a row that bring nothing although the log says there is more. */
const MAX_EMPTY_FETCHES = 20;

/** First offset that the log holds, and the offset after the last one that a committed transaction made visible. */
export interface LogBounds {
  readonly start: bigint;
  readonly stableEnd: bigint;
}

/** Reads ranges of partitions, committed records only, without belonging to a group. */
export class PartitionReader {
  private readonly cluster: Replaceable<Cluster>;

  constructor(
    private readonly kafka: KafkaConnection,
    /** `uncommitted`: the end of the log counts what no transaction has committed yet. */
    private readonly isolation: keyof typeof ISOLATION = 'committed',
  ) {
    this.cluster = new Replaceable(
      async () => {
        const cluster = newCluster(kafka, isolation, IMPATIENT_RETRY);
        await cluster.connect();
        return cluster;
      },
      (cluster) => cluster.disconnect(),
      DEADLINE_MS,
    );
  }

  async bounds(topic: string, partition: number): Promise<LogBounds> {
    return this.attempt(topic, async (cluster) => {
      const partitions = [{ partition }];
      const [start, stableEnd] = await Promise.all([
        cluster.fetchTopicsOffset([{ topic, fromBeginning: true, partitions }]),
        cluster.fetchTopicsOffset([{ topic, fromBeginning: false, partitions }]),
      ]);
      return { start: offsetIn(start, partition), stableEnd: offsetIn(stableEnd, partition) };
    });
  }

  /** The bounds of all partitions of a topic, by partition. */
  async allBounds(topic: string): Promise<ReadonlyMap<number, LogBounds>> {
    return this.attempt(topic, async (cluster) => {
      const partitions = cluster
        .findTopicPartitionMetadata(topic)
        .map(({ partitionId }) => ({ partition: partitionId }));
      const [starts, ends] = await Promise.all([
        cluster.fetchTopicsOffset([{ topic, fromBeginning: true, partitions }]),
        cluster.fetchTopicsOffset([{ topic, fromBeginning: false, partitions }]),
      ]);
      const bounds = partitions.map(({ partition }): [number, LogBounds] => [
        partition,
        { start: offsetIn(starts, partition), stableEnd: offsetIn(ends, partition) },
      ]);
      return new Map(bounds.sort(([a], [b]) => a - b));
    });
  }

  /** Offset of the first record whose timestamp is at least `timestamp`; the end of the log when there is none. */
  async offsetAt(topic: string, partition: number, timestamp: number): Promise<bigint> {
    const found = await this.attempt(topic, async (cluster) =>
      offsetIn(
        await cluster.fetchTopicsOffset([{ topic, fromTimestamp: timestamp, partitions: [{ partition }] }]),
        partition,
      ),
    );
    return found >= 0n ? found : (await this.bounds(topic, partition)).stableEnd;
  }

  /**
   * Records with offsets from `first` up to, not including, `next`, a fetch at a time.
   *
   * @throws {PoisonBatch} behind what lies before a batch that cannot be taken apart
   */
  async *read(
    topic: string,
    partition: number,
    first: bigint,
    next: bigint,
  ): AsyncGenerator<readonly KafkaMessage[]> {
    let position = first;
    let empty = 0;
    while (position < next) {
      const batch = await this.attempt(topic, (cluster) => this.fetch(cluster, topic, partition, position));
      if (batch.isEmptyIncludingFiltered()) {
        if (++empty > MAX_EMPTY_FETCHES)
          throw new BrokerUnavailable(
            `${topic}/${String(partition)} brings no records from offset ${String(position)} on, although its log goes on to ${String(next)}. It is asked again; if this stays, look for a transaction that hangs.`,
          );
        continue;
      }
      empty = 0;
      position = BigInt(batch.lastOffset()) + 1n;
      const wanted = batch.messages.filter(({ offset }) => BigInt(offset) < next);
      const at = wanted.findIndex((message) => poisonOf(message) !== null);
      if (at !== 0 && wanted.length > 0) yield at < 0 ? wanted : wanted.slice(0, at);
      const poison = wanted[at] && poisonOf(wanted[at]);
      if (poison) throw new PoisonBatch(topic, partition, poison);
    }
  }

  close(): Promise<void> {
    return this.cluster.close();
  }

  private async fetch(
    cluster: Cluster,
    topic: string,
    partition: number,
    offset: bigint,
  ): Promise<FetchedBatch> {
    const leader = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))[0];
    if (leader === undefined) throw new Error(`${topic}/${String(partition)} has no leader`);
    const broker = await cluster.findBroker({ nodeId: leader });
    const fetchOffset = String(offset);
    const { responses } = await broker.fetch({
      isolationLevel: ISOLATION[this.isolation],
      maxWaitTime: FETCH_WAIT_MS,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      topics: [{ topic, partitions: [{ partition, fetchOffset, maxBytes: FETCH_BYTES }] }],
    });
    const fetched = responses[0]?.partitions[0];
    if (!fetched) throw new Error(`the broker answered without ${topic}/${String(partition)}`);
    return new FetchedBatch(topic, fetchOffset, fetched);
  }

  /** Tries once more with a new connection and fresh metadata: the leader may have moved. */
  private async attempt<T>(topic: string, work: (cluster: Cluster) => Promise<T>): Promise<T> {
    const tryOnce = (): Promise<T> =>
      this.cluster.use(async (cluster) => {
        await cluster.addTargetTopic(topic);
        return work(cluster);
      });
    try {
      return await tryOnce();
    } catch {
      try {
        return await tryOnce();
      } catch (error) {
        if (troubleOf(error) === 'access') throw refusalOf(this.kafka, `a look at ${topic}`, error);
        throw new BrokerUnavailable(
          `${topic} cannot be read now (${messageOf(error)}). Check that ${this.kafka.config.brokers.join(', ')} can be reached.`,
          { cause: error },
        );
      }
    }
  }
}

function offsetIn(answer: Awaited<ReturnType<Cluster['fetchTopicsOffset']>>, partition: number): bigint {
  const offset = answer[0]?.partitions.find((each) => each.partition === partition)?.offset;
  if (offset === undefined) throw new Error('the broker did not name an offset');
  return BigInt(offset);
}
