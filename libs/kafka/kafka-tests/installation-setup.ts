import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { keyOf, type Topic } from '@headwater/contracts';
import type { Batch } from '@headwater/stage';
import { Kafka, logLevel, type KafkaConfig as ClientConfig, type KafkaMessage, type Message } from 'kafkajs';
import { Registry } from 'prom-client';
import {
  connectRegistry,
  createTopics,
  registerSchemas,
  silentLog,
  KafkaConnection,
  type Log,
  type SchemaRegistry,
  type ServerOptions,
} from '../src';
import type { Codecs } from '../src/avro/schema-registry';
import { ValueBuffer } from '../src/avro/value-buffer';
import { AdminClient, type Committed } from '../src/client/admin';
import { PartitionReader } from '../src/client/partition-reader';
import type { StageServer } from '../src/consumer/stage-server';

export interface Endpoints {
  readonly brokers: string;
  readonly registryUrl: string;
  /** File in which ids are kept. */
  readonly idsFile?: string;
}

export const endpoints = (): Endpoints =>
  JSON.parse(process.env['HEADWATER_TEST_ENDPOINTS'] ?? '{}') as Endpoints;

/** Logs to stderr when a test is being looked into: `KAFKA_TEST_LOG=1`. */
export const testLog: Log = process.env['KAFKA_TEST_LOG']
  ? {
      debug: () => undefined,
      info: (context, message) => {
        process.stderr.write(`${new Date().toISOString()} ${message} ${JSON.stringify(context)}\n`);
      },
      warn: (context, message) => {
        process.stderr.write(`${new Date().toISOString()} WARN ${message} ${JSON.stringify(context)}\n`);
      },
      error: (context, message) => {
        process.stderr.write(`${new Date().toISOString()} ERROR ${message} ${JSON.stringify(context)}\n`);
      },
    }
  : silentLog;

/** Topics, subjects and groups of one test, apart from those of every other by their prefix. */
export class Installation {
  readonly kafka: KafkaConnection;
  readonly registry: SchemaRegistry;
  readonly fatal: Error[] = [];
  readonly metrics = new Registry();
  private readonly client: Kafka;
  private readonly admin: AdminClient;
  private readonly reader: PartitionReader;
  private readonly servers: StageServer[] = [];
  private codecs: Codecs = new Map();

  private constructor(
    readonly prefix: string,
    { brokers, registryUrl, idsFile }: Endpoints,
    compression: 'none' | 'zstd' | 'gzip',
    overrides: Partial<ClientConfig> = {},
  ) {
    this.kafka = new KafkaConnection(
      {
        brokers: brokers.split(','),
        clientId: 'headwater-test',
        topicPrefix: prefix,
        compression,
        ssl: false,
        sasl: { mechanism: 'none' },
      },
      testLog,
      overrides,
    );
    this.registry = connectRegistry({ url: registryUrl, idsFile }, { log: testLog });
    this.client = new Kafka({ ...this.kafka.clientConfig, logLevel: logLevel.NOTHING });
    this.admin = new AdminClient(this.kafka);
    this.reader = new PartitionReader(this.kafka);
  }

  static async create({
    partitions = 3,
    compression = 'zstd',
    prefix = `t${randomUUID().slice(0, 8)}.`,
    where = endpoints(),
    replicas = 1,
    overrides = {},
  }: {
    partitions?: number;
    replicas?: number;
    overrides?: Partial<ClientConfig>;
    compression?: 'none' | 'gzip' | 'zstd';
    prefix?: string;
    where?: ReturnType<typeof endpoints>;
  } = {}): Promise<Installation> {
    const installation = await Installation.open(
      prefix,
      where,
      compression,
      async (fresh) => {
        await createTopics(fresh.kafka, {
          partitions,
          replicationFactor: replicas,
          minInsyncReplicas: Math.min(2, replicas),
        });
        await registerSchemas(fresh.registry, prefix);
      },
      overrides,
    );
    return installation;
  }

  /** An installation that another process has made. */
  static async open(
    prefix: string,
    where = endpoints(),
    compression: 'none' | 'zstd' | 'gzip' = 'zstd',
    prepare: (installation: Installation) => Promise<void> = () => Promise.resolve(),
    overrides: Partial<ClientConfig> = {},
  ): Promise<Installation> {
    const installation = new Installation(prefix, where, compression, overrides);
    await prepare(installation);
    installation.codecs = await installation.registry.codecs(prefix);
    return installation;
  }

  options(group: string, more: Partial<ServerOptions> = {}): ServerOptions {
    return {
      kafka: this.kafka,
      registry: this.registry,
      group,
      log: testLog,
      metrics: this.metrics,
      onFatal: (error) => this.fatal.push(error),
      ...more,
    };
  }

  /** Starts a server with one handler, as Nest would. */
  async start<T extends StageServer>(
    server: T,
    topic: Topic,
    handle: (batch: Batch<object>) => unknown,
  ): Promise<T> {
    this.servers.push(server);
    server.addHandler(topic.name, (batch: Batch<object>) => Promise.resolve(handle(batch)) as never, true);
    await new Promise<void>((resolve, reject) => {
      server.listen((error) => {
        if (error)
          reject(
            error instanceof Error ? error : new Error('The transport did not start.', { cause: error }),
          );
        else resolve();
      });
    });
    return server;
  }

  /** A value as the topic holds it. */
  encode(topic: Topic, value: object): Buffer {
    const codec = this.codecs.get(topic.name);
    if (!codec) throw new Error(`no codec for ${topic.name}`);
    return Buffer.from(new ValueBuffer().append(codec, value));
  }

  decode(topic: Topic, value: Buffer | null): object {
    const decoded = this.codecs.get(topic.name)?.decode(value);
    if (decoded && 'value' in decoded) return decoded.value;
    throw new Error(`not a value of ${topic.name}: ${JSON.stringify(decoded)}`);
  }

  /** Writes values the plain way, all to one partition where it is named. */
  async produce(topic: Topic, values: readonly object[], partition?: number): Promise<void> {
    await this.produceRaw(
      topic,
      values.map((value) => ({
        key: keyOf(topic, value),
        value: this.encode(topic, value),
        ...(partition === undefined ? {} : { partition }),
      })),
    );
  }

  async produceRaw(topic: Topic, messages: readonly Message[]): Promise<void> {
    const producer = this.client.producer({ idempotent: true });
    await producer.connect();
    for (let at = 0; at < messages.length; at += 500)
      await producer.send({ topic: this.kafka.topicName(topic), messages: messages.slice(at, at + 500) });
    await producer.disconnect();
  }

  /** All committed records of a topic, by partition. */
  async read(topic: Topic): Promise<readonly (readonly KafkaMessage[])[]> {
    const name = this.kafka.topicName(topic);
    const count = (await this.admin.partitionCounts([name])).get(name) ?? 0;
    return Promise.all(
      Array.from({ length: count }, async (_, partition) => {
        const { start, stableEnd } = await this.reader.bounds(name, partition);
        const messages: KafkaMessage[] = [];
        for await (const some of this.reader.read(name, partition, start, stableEnd)) messages.push(...some);
        return messages;
      }),
    );
  }

  async readValues<T>(topic: Topic): Promise<T[]> {
    return (await this.read(topic)).flat().map(({ value }) => this.decode(topic, value) as T);
  }

  committed(group: string, topic: Topic, partition: number): Promise<Committed> {
    return this.admin.committed(this.kafka.groupId(group), this.kafka.topicName(topic), partition);
  }

  /** Records that a group has not committed. */
  async lag(group: string, topic: Topic): Promise<bigint> {
    const name = this.kafka.topicName(topic);
    const count = (await this.admin.partitionCounts([name])).get(name) ?? 0;
    let lag = 0n;
    for (let partition = 0; partition < count; partition += 1) {
      const { start, stableEnd } = await this.reader.bounds(name, partition);
      lag += stableEnd - ((await this.committed(group, topic, partition)).offset ?? start);
    }
    return lag;
  }

  /** Leaves a note with the committed offset of a group, as a member of it. */
  async commit(group: string, topic: Topic, offset: bigint, metadata: string): Promise<void> {
    const consumer = this.client.consumer({ groupId: this.kafka.groupId(group) });
    await consumer.connect();
    const name = this.kafka.topicName(topic);
    await consumer.subscribe({ topics: [name], fromBeginning: true });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.run({ autoCommit: false, eachBatch: () => delay(50) });
    await joined;
    await consumer.commitOffsets([{ topic: name, partition: 0, offset: String(offset), metadata }]);
    await consumer.disconnect();
  }

  /** Removes records below an offset, as retention does. */
  async deleteRecords(topic: Topic, partition: number, below: bigint): Promise<void> {
    const name = this.kafka.topicName(topic);
    await this.run(async (admin) => {
      // The client finds the leader only in what another call has loaded.
      await admin.fetchTopicOffsets(name);
      await admin.deleteTopicRecords({ topic: name, partitions: [{ partition, offset: String(below) }] });
    });
  }

  run = this.adminRun.bind(this);
  private adminRun<T>(call: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
    return this.admin.run('a test', call);
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
    await Promise.all([this.admin.close(), this.reader.close()]);
  }
}

/** Waits until a condition holds. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 30_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Not within ${String(timeoutMs)} ms: ${what}`);
    await delay(100);
  }
}
