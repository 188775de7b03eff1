import { schemas, topics, type EnrichedEvent } from '@headwater/contracts';
import { isUndecodable, type StreamedBatch } from '@headwater/stage';
import { anEnrichedEvent } from '@headwater/testing';
import { KafkaJSNonRetriableError, type Consumer, type EachBatchPayload, type KafkaMessage } from 'kafkajs';
import { createErrorFromCode } from 'kafkajs/src/protocol/error';
import { Registry } from 'prom-client';
import type { SchemaRegistry } from '../avro/schema-registry';
import { TopicCodec } from '../avro/topic-codec';
import { AdminClient, type Claim, type Committed } from '../client/admin';
import { KafkaConnection } from '../client/kafka-connection';
import { silentLog } from '../client/log';
import { PartitionReader } from '../client/partition-reader';
import { BrokerUnavailable, ConsumerStopped } from '../errors';
import type { RangedBatchMark, ServerOptions } from '../options';
import { PartitionTransactions } from '../producer/partition-transactions';
import { ObservingServer } from './observing-server';
import { parsePending } from './pending-range';
import { RangedServer } from './ranged-server';
import type { StageServer } from './stage-server';

type Marked = StreamedBatch<object> & RangedBatchMark;

const topic = topics.enrichedEvents;
/** Protocol: another broker is the coordinator of the group. */
const NOT_COORDINATOR = 16;
/** Protocol: the brokers do not speak it in this version. */
const UNSUPPORTED_VERSION = 35;
const OWN = 1;
const OTHER = 7;

const written = (offset: number, id = OWN): KafkaMessage => {
  const codec = new TopicCodec(topic, id);
  const buffer = Buffer.alloc(8_192);
  const end = codec.encode(anEnrichedEvent({ event_id: `event-${String(offset)}` }), buffer, 0);
  return { offset: String(offset), timestamp: '7', value: buffer.subarray(0, end) } as KafkaMessage;
};

/** A group of one partition, without brokers: what kafkajs would call and emit is called and emitted by the test. */
class Group {
  committed: Committed = { offset: 0n, metadata: null };
  /** What the coordinator answers until something that was written behind it is acknowledged. */
  lagging: Committed | null = null;
  log: readonly KafkaMessage[] = [];
  /** Schemas that the registry holds. */
  readonly held = new Set<number>();
  isPaused = false;
  readonly fatal: Error[] = [];
  /** How many kafkajs was asked for. */
  consumers = 0;
  /** kafkajs has no group between a crash and the restart. */
  isBetween = false;
  private readonly listeners = new Map<string, (event: object) => void>();
  private eachBatch: (payload: EachBatchPayload) => Promise<void> = () => Promise.resolve();

  async start(
    make: typeof RangedServer | typeof ObservingServer,
    handle: (batch: Marked) => unknown,
    more: Partial<ServerOptions> = {},
  ): Promise<StageServer> {
    const kafka = new KafkaConnection(
      {
        brokers: ['127.0.0.1:1'],
        clientId: 'spec',
        topicPrefix: '',
        compression: 'none',
        ssl: false,
        sasl: { mechanism: 'none' },
      },
      silentLog,
    );
    jest.spyOn(kafka.client, 'consumer').mockImplementation(() => {
      this.consumers += 1;
      return this.consumer();
    });
    jest.spyOn(AdminClient.prototype, 'partitionCounts').mockResolvedValue(new Map([[topic.name, 1]]));
    jest.spyOn(AdminClient.prototype, 'claimOf').mockResolvedValue('granted');
    jest
      .spyOn(AdminClient.prototype, 'committed')
      .mockImplementation(() => Promise.resolve(this.lagging ?? this.committed));
    jest.spyOn(PartitionTransactions.prototype, 'fence').mockImplementation(() => {
      this.lagging = null;
      return Promise.resolve();
    });
    jest.spyOn(PartitionReader.prototype, 'bounds').mockResolvedValue({ start: 0n, stableEnd: 100n });
    jest.spyOn(PartitionReader.prototype, 'read').mockImplementation(this.read.bind(this));
    const server = new make({
      kafka,
      registry: this.registry(),
      group: 'spec',
      log: silentLog,
      metrics: new Registry(),
      onFatal: (error) => {
        this.fatal.push(error);
      },
      ...more,
    });
    server.addHandler(topic.name, (batch: Marked) => Promise.resolve(handle(batch)) as never, true);
    await new Promise<void>((resolve) => {
      server.listen(() => {
        resolve();
      });
    });
    return server;
  }

  /** The group is joined (again) and gives its partition to this member. */
  async join(): Promise<void> {
    this.emit('join', { memberId: 'me', memberAssignment: { [topic.name]: [0] } });
    await settled();
  }

  /** A fetch brings records. */
  async fetch(fetchedOffset = this.committed.offset): Promise<void> {
    const messages = this.log;
    await this.eachBatch({
      batch: {
        topic: topic.name,
        partition: 0,
        highWatermark: '100',
        messages,
        fetchedOffset: String(fetchedOffset),
        lastOffset: () => messages.at(-1)?.offset,
      },
      commitOffsetsIfNecessary: ({ topics: [first] }: { topics: { partitions: object[] }[] }) =>
        this.commit(first?.partitions[0]),
      isRunning: () => true,
      isStale: () => false,
      heartbeat: () => Promise.resolve(),
      resolveOffset: () => undefined,
    } as unknown as EachBatchPayload);
    await settled();
  }

  /** A fetch brings nothing but what was undone. */
  async fetchNothing(firstOffset: bigint, lastOffset: bigint): Promise<void> {
    const payload = { topic: topic.name, partition: 0, batchSize: 0, firstOffset, lastOffset };
    this.emit('end', payload);
    await settled();
  }

  commit = (partition: unknown): Promise<void> => {
    const { offset, metadata } = partition as { offset: string; metadata: string | null };
    this.committed = { offset: BigInt(offset), metadata };
    return Promise.resolve();
  };

  /** kafkajs gives its consumer up. */
  async crash(error: Error): Promise<void> {
    this.emit('crash', { error, restart: false });
    await settled();
  }

  private emit(name: string, payload: object): void {
    this.listeners.get(name)?.({ payload });
  }

  private consumer(): Consumer {
    const pause = (isPaused: boolean) => (): void => {
      if (this.isBetween) throw new Error('Consumer group was not initialized');
      this.isPaused = isPaused;
    };
    return {
      events: { GROUP_JOIN: 'join', END_BATCH_PROCESS: 'end', CRASH: 'crash' },
      on: (name: string, listener: (event: object) => void) => this.listeners.set(name, listener),
      connect: () => Promise.resolve(),
      subscribe: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
      run: ({ eachBatch }: { eachBatch: (payload: EachBatchPayload) => Promise<void> }) => {
        this.eachBatch = eachBatch;
        return Promise.resolve();
      },
      pause: pause(true),
      resume: pause(false),
      seek: () => undefined,
      commitOffsets: ([partition]: object[]) => this.commit(partition),
    } as unknown as Consumer;
  }

  private registry(): SchemaRegistry {
    return {
      codecs: () => Promise.resolve(new Map([[topic.name, new TopicCodec(topic, OWN)]])),
      trouble: () => null,
      teach: (codec: TopicCodec, id: number) => {
        if (this.held.has(id)) codec.learn(id, schemas.EnrichedEvent);
        else codec.forget(id, `nobody knows ${String(id)}`, -1);
        return Promise.resolve();
      },
    } as unknown as SchemaRegistry;
  }

  private async *read(
    _topic: string,
    _partition: number,
    first: bigint,
    next: bigint,
  ): AsyncGenerator<KafkaMessage[]> {
    yield await Promise.resolve(
      this.log.filter(({ offset }) => BigInt(offset) >= first && BigInt(offset) < next),
    );
  }
}

/** Everything that waits for nothing but promises is done. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

let group: Group;
const started: StageServer[] = [];
beforeEach(() => {
  group = new Group();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
  jest.restoreAllMocks();
  expect(group.fatal.splice(0)).toEqual([]);
});

const start: Group['start'] = async (...args) => {
  const server = await group.start(...args);
  started.push(server);
  return server;
};

const later = (seconds: number): void => {
  const now = performance.now() + seconds * 1_000;
  jest.spyOn(performance, 'now').mockReturnValue(now);
};

describe('a take-over that lasts', () => {
  it('has not stalled while the stage makes itself ready', async () => {
    const onAssigned = (): Promise<void> => new Promise(() => undefined);
    const server = await start(ObservingServer, () => undefined, { onAssigned });
    await group.join();
    later(61);
    expect(server.notLive()).toBeNull();
  });

  it('has stalled when the brokers do not answer', async () => {
    const onAssigned = jest.fn(() => Promise.resolve());
    const server = await start(ObservingServer, () => undefined, { onAssigned });
    jest.spyOn(AdminClient.prototype, 'committed').mockReturnValue(new Promise(() => undefined));
    await group.join();
    later(61);
    expect(server.notLive()).toContain('enriched-events/0');
    expect(onAssigned).not.toHaveBeenCalled();
  });
});

describe('a batch during which the group was joined again', () => {
  it.each([
    ['a store', RangedServer],
    ['a reader that only looks', ObservingServer],
  ])('is not committed by %s, although the partition is ours again', async (_who, make) => {
    group.log = [written(0), written(1)];
    await start(make, () => group.join());
    await group.join();
    const before = group.committed.offset;
    await group.fetch();
    expect(group.committed.offset).toBe(before);
  });
});

describe('a batch whose commit finds that the group has moved on', () => {
  // kafkajs joins anew then; but where the join fails, it fetches once more as the member that it was.
  it('is stored again as itself when kafkajs fetches on instead of joining, although more has come', async () => {
    const handled: string[] = [];
    await start(RangedServer, ({ first, next, recovered }) => {
      handled.push(`${String(first)}-${String(next)}${recovered ? ' again' : ''}`);
    });
    group.log = [written(0), written(1)];
    await group.join();
    const { commit } = group;
    group.commit = (partition) => {
      const { metadata } = partition as { metadata: string | null };
      return metadata === null ? Promise.reject(createErrorFromCode(NOT_COORDINATOR)) : commit(partition);
    };
    await expect(group.fetch()).rejects.toThrow('not the correct coordinator');
    group.commit = commit;
    group.log = [written(0), written(1), written(2)];
    await group.fetch(0n);
    expect(handled).toEqual(['0-2']);
    while (group.isPaused) await settled();
    await group.fetch(0n);
    expect(handled).toEqual(['0-2', '0-2 again', '2-3']);
    expect(group.committed).toEqual({ offset: 3n, metadata: null });
  });
});

describe('a coordinator that has just taken over', () => {
  // It answers with what its log says up to the high watermark, which it learns later than the records above it.
  it('is not believed before it has acknowledged a write: the note of a range that was stored may be among the rest', async () => {
    group.log = [written(0), written(1)];
    let broken = true;
    const handled: string[] = [];
    await start(RangedServer, ({ first, next, recovered }) => {
      handled.push(`${String(first)}-${String(next)}${recovered ? ' again' : ''}`);
      if (broken) throw new BrokerUnavailable('The broker is gone.');
    });
    await group.join();
    const { committed } = group;
    await group.fetch();
    expect(parsePending(group.committed.metadata).kind).toBe('pending');
    broken = false;
    group.lagging = committed;
    group.log = [written(0), written(1), written(2)];
    while (group.isPaused) await settled();
    await group.fetch(0n);
    expect(handled).toEqual(['0-2', '0-2 again', '2-3']);
  });
});

describe('a range that is stored again', () => {
  it('is the end of the trouble, although nothing has come behind it', async () => {
    group.log = [written(0), written(1)];
    let broken = true;
    const server = await start(RangedServer, () => {
      if (broken) throw new BrokerUnavailable('The database is down.');
    });
    await group.join();
    await group.fetch();
    expect(server.notReady()).toContain('The database is down.');
    broken = false;
    while (group.isPaused) await settled();
    await group.fetch();
    expect(group.committed).toEqual({ offset: 2n, metadata: null });
    expect(server.notReady()).toBeNull();
  });
});

describe('a batch that failed and that retention removed', () => {
  it('is no trouble any more once there is nothing left to read', async () => {
    jest.useFakeTimers({ doNotFake: ['setTimeout', 'performance', 'nextTick', 'queueMicrotask'] });
    try {
      group.log = [written(0), written(1)];
      const server = await start(RangedServer, () => {
        throw new BrokerUnavailable('The database is down.');
      });
      await group.join();
      await group.fetch();
      jest.spyOn(PartitionReader.prototype, 'bounds').mockResolvedValue({ start: 100n, stableEnd: 100n });
      while (group.isPaused) await settled();
      expect(server.notReady()).toContain('The database is down.');
      jest.advanceTimersToNextTimer();
      await settled();
      expect(server.notReady()).toBeNull();
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('a partition that the group has given away', () => {
  /** Two sessions are denials twice in a row. */
  const sessionTimeoutMs = 300;
  const failing = async (...claims: Claim[]): Promise<StageServer> => {
    group.log = [written(0)];
    const failsOnce = jest.fn().mockImplementationOnce(() => {
      throw new BrokerUnavailable('The broker is gone.');
    });
    const server = await start(RangedServer, failsOnce, { sessionTimeoutMs });
    const answers = jest.spyOn(AdminClient.prototype, 'claimOf');
    for (const claim of claims) answers.mockResolvedValueOnce(claim);
    await group.join();
    await group.fetch();
    return server;
  };

  it('ends the process when kafkajs has not noticed for two sessions', async () => {
    await failing('denied', 'denied');
    while (group.fatal.length === 0) await settled();
    expect(group.fatal.splice(0)).toEqual([expect.any(ConsumerStopped)]);
  });

  it('is waited for while the group shares its partitions out', async () => {
    await failing('denied', 'open', 'open', 'denied', 'granted');
    while (group.isPaused) await settled();
    expect(group.fatal).toEqual([]);
  });
});

describe('a consumer that kafkajs gave up', () => {
  it('is replaced where waiting helps, and nothing counts as being read meanwhile', async () => {
    const metrics = new Registry();
    const server = await start(RangedServer, () => undefined, { metrics });
    await group.join();
    const consumers = group.consumers;
    // What it says of a coordinator that it did not find for a while.
    await group.crash(new KafkaJSNonRetriableError('Failed to find group coordinator'));
    expect(server.notReady()).toContain('Failed to find group coordinator');
    expect(await metrics.metrics()).toMatch(/^headwater_consumer_waiting 1$/m);
    while (group.consumers === consumers) await settled();
    group.log = [written(0), written(1)];
    await group.join();
    // Its first fetch may be refused as well.
    expect(server.notReady()).toContain('Failed to find group coordinator');
    later(4);
    await group.fetch();
    expect(server.notReady()).toBeNull();
    expect(await metrics.metrics()).toMatch(/^headwater_consumer_waiting 0$/m);
  });

  it('ends the process where it does not', async () => {
    await start(RangedServer, () => undefined);
    await group.crash(createErrorFromCode(UNSUPPORTED_VERSION));
    expect(group.fatal.splice(0)).toEqual([expect.any(ConsumerStopped)]);
  });
});

describe('what is passed over', () => {
  it('leaves the note of a range alone that was not finished', async () => {
    group.log = [written(3), written(4)];
    let broken = true;
    const handled: bigint[] = [];
    await start(RangedServer, ({ first }) => {
      if (broken) throw new BrokerUnavailable('The database is down.');
      handled.push(first);
    });
    await group.join();
    await group.fetch();
    const { metadata } = group.committed;
    expect(parsePending(metadata).kind).toBe('pending');
    await group.join();
    await group.fetchNothing(0n, 2n);
    expect(group.committed).toEqual({ offset: 0n, metadata });
    broken = false;
    await group.fetch(3n);
    expect(handled).toEqual([3n]);
    expect(group.committed).toEqual({ offset: 5n, metadata: null });
  });

  it('is not the end of the process when it cannot be committed while kafkajs starts again', async () => {
    const rejections: unknown[] = [];
    const note = (error: unknown): void => void rejections.push(error);
    process.on('unhandledRejection', note);
    try {
      const server = await start(ObservingServer, () => undefined);
      await group.join();
      group.isBetween = true;
      group.commit = () => Promise.reject(new BrokerUnavailable('The broker is gone.'));
      await group.fetchNothing(0n, 2n);
      expect(server.notReady()).toContain('The broker is gone.');
      expect(rejections).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});

describe('a batch with a schema that nobody knows', () => {
  interface Seen {
    readonly recovered: boolean;
    readonly rows: readonly string[];
    readonly failed: readonly string[];
  }
  const seen: Seen[] = [];
  let broken: boolean;
  beforeEach(async () => {
    seen.length = 0;
    broken = true;
    group.log = [written(0), written(1, OTHER), written(2)];
    await start(RangedServer, ({ records, recovered }) => {
      const all = [...records];
      seen.push({
        recovered,
        rows: all.flatMap((record) =>
          isUndecodable(record) ? [] : [(record.value as EnrichedEvent).event_id],
        ),
        failed: all.flatMap((record) => (isUndecodable(record) ? [record.undecodable.reason] : [])),
      });
      if (broken) throw new BrokerUnavailable('It died behind the insert.');
    });
  });

  it('is the same batch when it is stored again, although the schema is known by then', async () => {
    await group.join();
    await group.fetch();
    group.held.add(OTHER);
    broken = false;
    await group.join();
    await group.fetch();
    expect(seen.map(({ recovered }) => recovered)).toEqual([false, true]);
    expect(seen[0]?.rows).toEqual(['event-0', 'event-2']);
    expect(seen[0]?.failed).toHaveLength(1);
    expect(seen[1]).toEqual({ ...seen[0], recovered: true });
    expect(group.committed).toEqual({ offset: 3n, metadata: null });
  });

  it('waits when a schema was known and is not any more', async () => {
    group.held.add(OTHER);
    await group.join();
    await group.fetch();
    expect(seen[0]?.rows).toHaveLength(3);
    await started[0]?.close();

    group.held.clear();
    broken = false;
    const handled = jest.fn();
    const server = await start(RangedServer, handled);
    await group.join();
    await group.fetch();
    expect(handled).not.toHaveBeenCalled();
    expect(server.notReady()).toContain('nobody knows 7');
    expect(parsePending(group.committed.metadata).kind).toBe('pending');
  });
});
