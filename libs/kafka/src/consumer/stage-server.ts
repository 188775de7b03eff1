import { setTimeout as delay } from 'node:timers/promises';
import type { CountingStage, StageCounts, Topic } from '@headwater/contracts';
import {
  gapSummary,
  isUndecodable,
  ServiceError,
  type Received,
  type StreamedBatch,
  type Undecodable,
} from '@headwater/stage';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type {
  Batch as Fetched,
  Consumer,
  ConsumerEndBatchProcessEvent as EndBatchProcessEvent,
  ConsumerGroupJoinEvent,
  EachBatchPayload,
  KafkaMessage,
} from 'kafkajs';
import type { Codecs } from '../avro/schema-registry';
import type { TopicCodec } from '../avro/topic-codec';
import { AdminClient, refusalOf, type Committed } from '../client/admin';
import { messageOf, needsRejoin, troubleOf } from '../client/kafka-error';
import { PartitionReader } from '../client/partition-reader';
import { poisonOf, type Poison } from '../client/poison';
import {
  AccessRefused,
  ConsumerStopped,
  Misconfigured,
  PartitionLost,
  PoisonBatch,
  RangeMismatch,
  skipName,
} from '../errors';
import { portMetrics, type PortMetrics } from '../metrics';
import type { RangedBatchMark, ServerOptions, Tail } from '../options';
import type { PartitionCounts } from '../producer/output-encoder';
import { cutBatch, type Cut } from './cut-batch';
import { learnSchemas, schemasIn, StreamedRecords, type UnknownSchemas } from './decode-messages';
import { Heartbeats } from './heartbeats';
import { backOff, laneKey, newLane, nextWait, type Lane } from './lane';
import { batchHandlers, type BatchHandler } from './nest-handlers';
import { startingPoint } from './starting-point';

const SESSION_TIMEOUT_MS = 30_000;
/** At most; at least three within a session. */
const HEARTBEAT_INTERVAL_MS = 3_000;
const REBALANCE_TIMEOUT_MS = 60_000;
/** Time between two looks at how far behind the partitions are. */
const WATCH_INTERVAL_MS = 15_000;
/** A partition with records to read and no progress for so long has stalled. */
const STALL_MS = 60_000;
/** A log that seems to end too early may be one that is still recovering. */
const RECHECKS = 5;
const RECHECK_MS = 2_000;
/** Between two questions to the group whether a partition is still ours. */
const MEMBERSHIP_MS = 500;
const FETCH_BYTES = 512 * 1024;
/** One works, the others wait for the broker. Each holds a batch in memory. */
const CONCURRENCY = 3;
const BATCH_BYTES = 4 * 1024 * 1024;
const START_WAIT_MS = 2_000;
/** A consumer that has not been refused for so long since it joined is not refused. */
const STEADY_MS = 3_000;

/** kafkajs keeps the offset that a fetch asked for, but does not declare it. */
type FetchedBatch = Fetched & { readonly fetchedOffset: string };

interface Input {
  readonly topic: Topic;
  readonly codec: TopicCodec;
  readonly handle: BatchHandler;
}

/** What a batch is handled with. */
export interface Turn {
  readonly lane: Lane;
  readonly cut: Cut;
  /** True while the partition is still ours: to be asked after every wait. */
  readonly current: () => boolean;
  /** Commits an offset under the assignment that the batch was read under; rejects when the group has moved on. */
  readonly commit: (offset: bigint, metadata: string | null) => Promise<void>;
  /** Runs the controller. */
  readonly handle: (
    records: StreamedBatch<object>['records'],
    span: Pick<StreamedBatch<object>, 'first' | 'next'>,
    mark?: RangedBatchMark,
  ) => Promise<unknown>;
}

/**
 * The consumer side of the port, as a Nest transport on kafkajs' `eachBatch`. One class below it decides when an input
 * counts as finished.
 *
 * A partition that this process is given is first taken over (earlier owners shut out, committed offset read, compared
 * with the log) and read only then. Whatever goes wrong with a batch, the partition is taken over again: there is no
 * second path. Only what waiting cannot heal ends the process.
 */
export abstract class StageServer extends Server implements CustomTransportStrategy {
  protected readonly metrics: PortMetrics;
  protected readonly admin: AdminClient;
  protected readonly reader: PartitionReader;
  protected readonly groupId: string;
  protected codecs: Codecs = new Map();
  protected partitionCounts: PartitionCounts = new Map();
  private readonly lanes = new Map<string, Lane>();
  private readonly inputs = new Map<string, Input>();
  private readonly stopping = new AbortController();
  private consumer: Consumer | null = null;
  private watch: NodeJS.Timeout | null = null;
  private epoch = 0;
  /** What the group calls this consumer since the last join. */
  private memberId = '';
  /** Why the service has not joined its group yet. */
  private waitsFor: string | null = null;
  /** Consumers in a row that the brokers refused. */
  private refusals = 0;
  /** When the group was joined last, as of `performance.now`. */
  private joinedAt = 0;

  constructor(protected readonly options: ServerOptions) {
    super();
    this.metrics = portMetrics(options.metrics);
    this.admin = new AdminClient(options.kafka, 'impatient');
    this.reader = new PartitionReader(options.kafka);
    this.groupId = options.kafka.groupId(options.group);
  }

  /** For `kit.health.readiness`: null, or which partitions do not go on, and why. */
  notReady(): string | null {
    if (this.waitsFor !== null) return `It reads nothing: ${this.waitsFor}`;
    const problems = [...this.lanes.values()].flatMap(({ name, partition, problem }) =>
      problem === null ? [] : [`${name}/${String(partition)}: ${problem}`],
    );
    return problems[0] === undefined
      ? null
      : `${problems[0]}${problems.length > 1 ? ` (and ${String(problems.length - 1)} partitions more)` : ''}`;
  }

  /** For `kit.health.liveness`: null, or which partitions have stopped for no known reason. */
  notLive(): string | null {
    const stalled = this.stalled();
    if (stalled.length === 0) return null;
    const names = stalled.map(({ name, partition }) => laneKey(name, partition)).join(', ');
    return `No progress for ${String(STALL_MS / 1000)} s although there are records to read: ${names}. A restart heals it.`;
  }

  listen(callback: (error?: unknown) => void): void {
    this.start().then(
      () => {
        callback();
      },
      (error: unknown) => {
        callback(error);
      },
    );
  }

  /** Finishes the batches at work, leaves the group and disconnects. */
  async close(): Promise<void> {
    this.stopping.abort();
    if (this.watch) clearInterval(this.watch);
    const { consumer } = this;
    this.consumer = null;
    await consumer?.disconnect();
    for (const lane of this.lanes.values()) this.release(lane);
    this.lanes.clear();
    await Promise.all([this.admin.close(), this.reader.close()]);
  }

  on(): this {
    return this;
  }

  /** The Kafka client is not handed out: what this class promises holds only while nobody else writes or commits. */
  unwrap(): never {
    throw new Misconfigured(
      'The Kafka transports hand out no client. Use the TopicWriter for plain writing.',
    );
  }

  /** Topics that handlers write; their schemas and partitions are looked up at the start. */
  protected abstract outputTopics(): readonly Topic[];
  /** First step of taking a partition over, before its committed offset is read. */
  protected abstract shutOut(lane: Lane): Promise<void>;
  /** Called before the first batch, with what was committed and where reading starts. */
  protected abstract inherit(lane: Lane, committed: Committed, position: bigint): void;
  /** Handles one batch and makes it count. Returns only when it does. */
  protected abstract finish(turn: Turn): Promise<void>;
  /** Called inside a fetch, before its batches: finishes what an earlier owner left, and returns the offset behind it. */
  protected abstract finishPending(turn: Omit<Turn, 'cut'>): Promise<bigint | null>;
  /** Makes offsets count that hold nothing to handle: undone transactions, control records. */
  protected abstract pass(lane: Lane, next: bigint, commit: Turn['commit']): Promise<void>;
  /** Tells the quality monitor of a gap below `next`; resolves when that cannot be lost any more. */
  protected abstract tellGap(lane: Lane, summary: StageCounts, next: bigint): Promise<void>;
  /** The partition is no longer ours. */
  protected abstract release(lane: Lane): void;

  protected get prefix(): string {
    return this.options.kafka.prefix;
  }

  private async start(): Promise<void> {
    const handlers = batchHandlers(this.getHandlers());
    const topics = [...handlers.values()].map(({ topic }) => topic);
    await this.prepare(topics);
    for (const { topic, handle } of handlers.values()) {
      const codec = this.codecs.get(topic.name);
      if (codec) this.inputs.set(this.options.kafka.topicName(topic), { topic, codec, handle });
    }
    if (!this.stopping.signal.aborted) await this.join();
  }

  /** Waits for a broker and a registry that are down: nothing can be decoded without them, and nothing is lost. */
  private async prepare(inputs: readonly Topic[]): Promise<void> {
    const topics = [
      ...new Map([...inputs, ...this.outputTopics()].map((topic) => [topic.name, topic])).values(),
    ];
    for (let told = false; !this.stopping.signal.aborted; told = true) {
      try {
        this.codecs = await this.options.registry.codecs(this.prefix, topics);
        const names = topics.map((topic) => this.options.kafka.topicName(topic));
        const counts = await this.admin.partitionCounts(names);
        this.partitionCounts = new Map(
          topics.map(({ name }) => [name, counts.get(`${this.prefix}${name}`) ?? 0]),
        );
        this.waitFor(null);
        return;
      } catch (error) {
        if (troubleOf(error) === 'fatal') throw error;
        this.waitFor(messageOf(error));
        if (!told)
          this.options.log.warn(
            { err: error, code: codeOf(error) },
            `The service waits and will start once this is mended: ${messageOf(error)}`,
          );
        await this.pause(START_WAIT_MS);
      }
    }
  }

  private async join(): Promise<void> {
    const { kafka, batch, concurrency = CONCURRENCY, sessionTimeoutMs = SESSION_TIMEOUT_MS } = this.options;
    const { lingerMs = 50, fetchBytes = FETCH_BYTES } = batch ?? {};
    const consumer = kafka.client.consumer({
      groupId: this.groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.min(HEARTBEAT_INTERVAL_MS, sessionTimeoutMs / 3),
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      allowAutoTopicCreation: false,
      readUncommitted: false,
      maxBytesPerPartition: fetchBytes,
      // All of a fetch is in memory at once: no more than can be worked on.
      maxBytes: concurrency * fetchBytes,
      // The broker waits for more: few large batches instead of many small ones. Never for more than one partition may
      // bring, or one partition's backlog would be read at the pace of the linger.
      minBytes: lingerMs > 0 ? fetchBytes : 1,
      maxWaitTimeInMs: Math.max(lingerMs, 10),
      retry: { retries: 20, initialRetryTime: 100, maxRetryTime: 5_000 },
    });
    this.consumer = consumer;
    consumer.on(consumer.events.GROUP_JOIN, (event) => {
      this.takeAssignment(event);
    });
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.passOver(payload);
    });
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart) this.crashed(error);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...this.inputs.keys()], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: (payload) => this.onFetched(payload),
    });
    this.watch = setInterval(() => void this.look(), WATCH_INTERVAL_MS);
    this.watch.unref();
  }

  /** kafkajs says so when it has stopped for good; the process would live on and do nothing. */
  private crashed(error: Error): void {
    if (this.stopping.signal.aborted) return;
    if (troubleOf(error) !== 'fatal') {
      void this.rejoin(error);
      return;
    }
    this.options.onFatal(
      new ConsumerStopped(
        `The consumer of ${this.groupId} stopped for good (${error.message}). The process has to be started again; what was read and not finished is read again then.`,
        { cause: error },
      ),
    );
  }

  /**
   * The brokers refuse this user, or nobody coordinates the group. kafkajs has stopped and left; a restart of the process would
   * only turn it into a crash loop, which Kubernetes lets wait for minutes, so a new consumer tries until it is mended. What was
   * not finished is read again then.
   */
  private async rejoin(cause: Error): Promise<void> {
    const { consumer } = this;
    this.consumer = null;
    // Where it did not come as far as running, kafkajs has not disconnected it.
    void consumer?.disconnect().catch(() => undefined);
    if (this.watch) clearInterval(this.watch);
    for (const lane of this.lanes.values()) this.leave(lane);
    this.lanes.clear();
    this.countWaiting();
    const refused = refusalOf(this.options.kafka, `the group ${this.groupId} or its topics`, cause);
    if (this.waitsFor === null)
      this.options.log.error(
        { err: cause, code: refused.code },
        `Nothing is read until this is mended, and it is tried again: ${refused.message}`,
      );
    this.waitFor(refused.message);
    this.refusals += 1;
    await this.pause(backOff(this.refusals, Math.random()));
    if (this.stopping.signal.aborted) return;
    try {
      await this.join();
    } catch (error) {
      this.crashed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /**
   * The group was joined (again). Runs before kafkajs fetches anything: every partition is paused at once, so that no
   * record comes and no offset is reset before the partition has been taken over.
   */
  private takeAssignment({ payload: { memberId, memberAssignment } }: ConsumerGroupJoinEvent): void {
    this.epoch += 1;
    this.joinedAt = performance.now();
    this.memberId = memberId;
    const before = new Map(this.lanes);
    this.lanes.clear();
    for (const [name, partitions] of Object.entries(memberAssignment)) {
      const input = this.inputs.get(name);
      if (!input) continue;
      this.consumer?.pause([{ topic: name, partitions }]);
      for (const partition of partitions)
        this.lanes.set(
          laneKey(name, partition),
          newLane(input.topic, name, partition, this.epoch, performance.now()),
        );
    }
    this.metrics.poisoned.reset();
    for (const [key, lane] of before)
      if (this.lanes.has(key)) this.release(lane);
      else this.leave(lane);
    // Nothing to take over, nothing to wait for.
    if (this.lanes.size === 0 && this.refusals === 0) this.waitFor(null);
    this.countWaiting();
    this.options.log.info(
      { group: this.groupId, partitions: [...this.lanes.keys()] },
      `Joined ${this.groupId}: ${String(this.lanes.size)} partitions.`,
    );
    for (const lane of this.lanes.values()) void this.takeOver(lane, 0);
  }

  /** The partition is somebody else's now, or nobody's. */
  private leave(lane: Lane): void {
    this.release(lane);
    this.metrics.lag.remove({ topic: lane.topic.name, partition: String(lane.partition) });
    this.options.onRevoked?.(lane.topic.name, lane.partition);
  }

  private owns(lane: Lane): boolean {
    return this.lanes.get(laneKey(lane.name, lane.partition)) === lane;
  }

  /** Takes a partition over and lets it run; tries until it works or the partition is taken away. Never rejects. */
  private async takeOver(lane: Lane, waitMs: number): Promise<void> {
    await this.pause(waitMs);
    while (this.owns(lane) && !this.stopping.signal.aborted) {
      try {
        if (!(await this.isStillOurs(lane))) {
          await this.pause(MEMBERSHIP_MS);
          continue;
        }
        if (await this.tryTakeOver(lane)) this.run(lane);
        return;
      } catch (error) {
        if (!this.owns(lane)) return;
        if (troubleOf(error) === 'fatal') {
          this.fail(lane, error);
          return;
        }
        await this.pause(this.note(lane, error));
      }
    }
  }

  /**
   * After a failure the group is asked first: a process that was frozen believes that it has partitions which others were
   * given meanwhile, and would shut them out. It learns the truth from kafkajs by the next heartbeat; where none comes for
   * two sessions, kafkajs is not a member any more and does not know.
   *
   * @throws {ConsumerStopped} then
   */
  private async isStillOurs(lane: Lane): Promise<boolean> {
    if (lane.failures === 0) return true;
    const { name, partition } = lane;
    const claim = await this.admin.claimOf(this.groupId, this.memberId, name, partition);
    lane.denials = claim === 'denied' ? lane.denials + 1 : 0;
    const { sessionTimeoutMs = SESSION_TIMEOUT_MS } = this.options;
    if (lane.denials * MEMBERSHIP_MS > 2 * sessionTimeoutMs)
      throw new ConsumerStopped(
        `${this.groupId} has given ${laneKey(name, partition)} away, and its consumer here has not noticed for two sessions. The process has to be started again; what was read and not finished is read by whoever has the partition now.`,
      );
    return claim === 'granted' && this.owns(lane);
  }

  private async tryTakeOver(lane: Lane): Promise<boolean> {
    const started = performance.now();
    lane.state = 'preparing';
    await this.shutOut(lane);
    const committed = await this.admin.committed(this.groupId, lane.name, lane.partition);
    const position = await this.positionOf(lane, committed.offset);
    if (position === null || !this.owns(lane)) return false;
    this.inherit(lane, committed, position);
    lane.position = position;
    lane.state = 'readying';
    await this.options.onAssigned?.({
      topic: lane.topic.name,
      partition: lane.partition,
      tail: this.tailOf(lane, position),
    });
    this.metrics.takeOverSeconds.observe({ topic: lane.topic.name }, (performance.now() - started) / 1_000);
    return this.owns(lane);
  }

  private run(lane: Lane): void {
    const { name: topic, partition, position } = lane;
    lane.state = 'running';
    lane.lastProgress = performance.now();
    if (this.refusals === 0) this.waitFor(null);
    this.consumer?.seek({ topic, partition, offset: String(position) });
    this.consumer?.resume(partitionsOf(lane));
  }

  /** Compares an offset with the log. Null: the partition was stopped. */
  private async positionOf(lane: Lane, committed: bigint | null): Promise<bigint | null> {
    for (let check = 1; ; check += 1) {
      const point = startingPoint(committed, await this.reader.bounds(lane.name, lane.partition));
      if (point.kind === 'start') return point.at;
      if (point.kind === 'gap') {
        await this.reportGap(lane, point.from, point.at);
        return point.at;
      }
      if (!this.owns(lane)) return null;
      if (check >= RECHECKS) {
        this.stop(lane, point.committed, point.end);
        return null;
      }
      await this.pause(RECHECK_MS);
    }
  }

  private async reportGap(lane: Lane, from: bigint, to: bigint): Promise<void> {
    await this.tellUnread(lane, from, to);
    const count = Number(to - from);
    this.metrics.gaps.inc({ topic: lane.topic.name, partition: String(lane.partition) }, count);
    this.options.log.error(
      {
        topic: lane.name,
        partition: lane.partition,
        from: String(from),
        to: String(to),
        count,
        code: 'E_GAP',
      },
      `Retention removed the offsets ${String(from)} to ${String(to - 1n)} of ${laneKey(lane.name, lane.partition)} before ${this.groupId} read them. They are lost; it goes on at ${String(to)}. Give the topic more retention or the service more replicas.`,
    );
  }

  /** Tells the quality monitor that a stage of the flow goes on at `to` without what lies from `from` on. */
  private async tellUnread(lane: Lane, from: bigint, to: bigint): Promise<void> {
    const stage = countingStages.find((each) => each === this.options.group);
    if (stage === undefined) return;
    const source = `${lane.topic.name}/${String(lane.partition)}/${String(from)}-${String(to - 1n)}`;
    await this.tellGap(lane, gapSummary(stage, source, Date.now()), to);
  }

  private stop(lane: Lane, committed: bigint, end: bigint): void {
    lane.state = 'stopped';
    lane.problem = `${this.groupId} has read up to offset ${String(committed)}, but the log ends at ${String(end)}: the topic was made anew, or the cluster lost records. Nothing is read until the committed offset is set on purpose (kafka-consumer-groups --reset-offsets).`;
    this.countWaiting();
    this.options.log.error(
      { topic: lane.name, partition: lane.partition, code: 'E_ABOVE_END' },
      lane.problem,
    );
  }

  /** Notes a failure, tells it when it is new, and returns how long to wait. */
  private note(lane: Lane, error: unknown): number {
    const problem = messageOf(error);
    const waitMs = nextWait(lane);
    lane.lastProgress = performance.now();
    const report = { err: error, topic: lane.name, partition: lane.partition, code: codeOf(error) };
    if (lane.problem === null)
      // Rights come back only if a person gives them.
      this.options.log[error instanceof AccessRefused ? 'error' : 'warn'](
        report,
        `${laneKey(lane.name, lane.partition)} waits and tries again: ${problem}`,
      );
    lane.problem = problem;
    this.countWaiting();
    return waitMs;
  }

  private recovered(lane: Lane): void {
    this.readsAgain();
    lane.failures = 0;
    lane.lastProgress = performance.now();
    if (lane.problem === null) return;
    lane.problem = null;
    this.countWaiting();
    this.options.log.info(
      { topic: lane.name, partition: lane.partition },
      `${laneKey(lane.name, lane.partition)} goes on.`,
    );
  }

  /**
   * Who may join the group may still be refused a topic, by the first fetch; and other topics go on in between. So a new consumer
   * has to read for a while before all is well.
   */
  private readsAgain(): void {
    if (performance.now() - this.joinedAt < STEADY_MS) return;
    this.refusals = 0;
    this.waitFor(null);
  }

  /** Null: the service has joined its group. */
  private waitFor(why: string | null): void {
    this.waitsFor = why;
    this.metrics.consumerWaiting.set(why === null ? 0 : 1);
  }

  private countWaiting(): void {
    this.metrics.waiting.reset();
    for (const { topic, problem } of this.lanes.values())
      if (problem !== null) this.metrics.waiting.inc({ topic: topic.name });
  }

  private fail(lane: Lane, error: unknown): void {
    lane.state = 'stopped';
    lane.problem = messageOf(error);
    if (error instanceof RangeMismatch || error instanceof PoisonBatch) {
      // A matter of this partition alone, that a restart does not mend: the others go on.
      this.hold(lane);
      if (error instanceof PoisonBatch) this.notePoisoned(lane);
      this.countWaiting();
      this.options.log.error(
        { topic: lane.name, partition: lane.partition, code: error.code },
        `${laneKey(lane.name, lane.partition)} stands still: ${error.message}`,
      );
      return;
    }
    this.options.onFatal(error instanceof Error ? error : new Error(String(error)));
  }

  private notePoisoned({ topic, partition }: Lane): void {
    this.metrics.poisoned.set({ topic: topic.name, partition: String(partition) }, 1);
  }

  /** kafkajs' callback. Whatever is not resolved here is fetched again. */
  private async onFetched(payload: EachBatchPayload): Promise<void> {
    const batch = payload.batch as FetchedBatch;
    const lane = this.lanes.get(laneKey(batch.topic, batch.partition));
    const input = this.inputs.get(batch.topic);
    await lane?.passing;
    if (!lane || !input || lane.state !== 'running' || !this.owns(lane) || payload.isStale()) return;
    const fetchedAt = BigInt(batch.fetchedOffset);
    const beats = new Heartbeats(payload);
    const current = (): boolean => this.owns(lane) && lane.state === 'running' && !payload.isStale();
    try {
      if (fetchedAt !== lane.position && !(await this.explain(lane, fetchedAt))) return;
      await this.work(payload, lane, input, current, beats);
      // What is left is less than what came: the partition is no longer behind.
      if (BigInt(batch.highWatermark) - lane.position <= batch.messages.length) this.rest(lane);
    } catch (error) {
      if (needsRejoin(error)) {
        this.standBack(lane);
        throw error;
      }
      await this.redo(payload, lane, error);
    } finally {
      beats.stop();
    }
  }

  private rest(lane: Lane): void {
    const restMs = this.options.restMs?.[lane.topic.name] ?? 0;
    // Whoever took the partition over meanwhile lets it run by himself, and must not be paused by its last owner.
    const ours = (): boolean => this.owns(lane) && lane.state === 'running';
    if (restMs === 0 || !ours()) return;
    this.hold(lane);
    setTimeout(() => {
      if (!ours()) return;
      try {
        this.consumer?.resume(partitionsOf(lane));
      } catch (error) {
        // kafkajs is between a crash and the next join, which takes every partition over again.
        this.options.log.debug({ err: error }, 'A partition that rested is resumed by the next join.');
      }
    }, restMs).unref();
  }

  /**
   * A fetch came from elsewhere than expected. Ahead is right when only control records lie between; otherwise kafkajs has
   * reset the offset by itself, and the log decides.
   */
  private async explain(lane: Lane, fetchedAt: bigint): Promise<boolean> {
    const position = await this.positionOf(lane, lane.position);
    if (!this.owns(lane)) return false;
    if (position === null) {
      this.hold(lane);
      return false;
    }
    if (fetchedAt >= position) {
      lane.position = fetchedAt;
      return true;
    }
    lane.position = position;
    this.run(lane);
    return false;
  }

  private async work(
    payload: EachBatchPayload,
    lane: Lane,
    input: Input,
    current: () => boolean,
    beats: Heartbeats,
  ): Promise<void> {
    const batch = payload.batch;
    const turn = {
      lane,
      current,
      commit: this.commitOf(lane, (offset, metadata) =>
        payload.commitOffsetsIfNecessary({
          topics: [
            {
              topic: lane.name,
              // kafkajs passes the metadata on, but does not declare it.
              partitions: [
                { partition: lane.partition, offset, metadata } as { partition: number; offset: string },
              ],
            },
          ],
        }),
      ),
    };
    const pendingEnd = await this.finishPending({
      ...turn,
      handle: this.handlerOf(input, lane),
    });
    if (pendingEnd !== null) {
      lane.position = pendingEnd;
      payload.resolveOffset(String(pendingEnd - 1n));
      // Nothing may come behind it for long.
      this.recovered(lane);
    }
    const { readable, poison } = beforePoison(batch.messages);
    const fresh = readable.filter(({ offset }) => BigInt(offset) >= lane.position);
    const lastOffset = poison === null ? BigInt(batch.lastOffset()) : poison.first - 1n;
    const { maxRecords = 2_000, maxBytes = BATCH_BYTES } = this.options.batch ?? {};
    for (const cut of cutBatch(fresh, lastOffset, { maxRecords, maxBytes })) {
      if (!current() || !payload.isRunning()) return;
      beats.check();
      const lag = Number(BigInt(batch.highWatermark) - cut.commit);
      await this.finish({ ...turn, cut, handle: this.handlerOf(input, lane, lag) });
      lane.position = cut.commit;
      payload.resolveOffset(String(cut.commit - 1n));
      this.metrics.recordsIn.inc({ topic: lane.topic.name }, cut.messages.length);
      this.metrics.lag.set({ topic: lane.topic.name, partition: String(lane.partition) }, Math.max(0, lag));
      this.recovered(lane);
      await payload.heartbeat();
    }
    if (fresh.length === 0 && lastOffset >= lane.position) {
      await this.pass(lane, lastOffset + 1n, turn.commit);
      lane.position = lastOffset + 1n;
      payload.resolveOffset(String(lastOffset));
      this.recovered(lane);
    }
    if (poison !== null && current()) await this.meet(lane, poison, payload, turn.commit);
    beats.check();
  }

  /** A batch that cannot be taken apart is skipped where somebody said so; else the partition stands, and the others go on. */
  private async meet(
    lane: Lane,
    poison: Poison,
    payload: EachBatchPayload,
    commit: Turn['commit'],
  ): Promise<void> {
    const { name, partition, topic } = lane;
    const next = poison.last + 1n;
    const place = {
      topic: name,
      partition,
      first: String(poison.first),
      last: String(poison.last),
      code: 'E_POISON_BATCH',
    };
    if (this.options.skipBatches?.includes(skipName(name, partition, poison)) !== true) {
      const error = new PoisonBatch(name, partition, poison);
      lane.state = 'stopped';
      lane.problem = error.message;
      this.hold(lane);
      this.notePoisoned(lane);
      this.countWaiting();
      this.options.log.error(place, error.message);
      return;
    }
    await this.tellUnread(lane, poison.first, next);
    await this.pass(lane, next, commit);
    this.metrics.skipped.inc({ topic: topic.name }, Number(next - poison.first));
    this.options.log.error(
      place,
      `The record batch ${String(poison.first)} to ${String(poison.last)} of ${laneKey(name, partition)} cannot be read (${poison.reason}) and was given up, as KAFKA__SKIP_BATCHES says.`,
    );
    lane.position = next;
    payload.resolveOffset(String(poison.last));
    this.recovered(lane);
  }

  /**
   * kafkajs does not hand a fetch over in which everything was undone or a control record, and would not commit it: after
   * the last crash of a producer the lag would never be nought again.
   */
  private passOver({ topic, partition, firstOffset, lastOffset }: EndBatchProcessEvent['payload']): void {
    const lane = this.lanes.get(laneKey(topic, partition));
    // kafkajs says null where a fetch brought nothing at all; its types do not.
    const first = firstOffset as string | null;
    if (lane?.state !== 'running' || first === null || BigInt(first) !== lane.position) return;
    const next = BigInt(lastOffset) + 1n;
    lane.position = next;
    const commit = this.commitOf(lane, async (offset, metadata) => {
      await this.consumer?.commitOffsets([{ topic, partition, offset, metadata }]);
    });
    lane.passing = this.pass(lane, next, commit).then(
      () => {
        this.recovered(lane);
      },
      (error: unknown) => {
        if (this.owns(lane)) this.startAgain(lane, this.note(lane, error));
      },
    );
  }

  /**
   * Commits for a partition as long as it is ours by the assignment under which its batch was read. kafkajs also joins anew in
   * the middle of a fetch from one broker, while batches that came from others are at work: what these commit would count under
   * the new generation, and take the offset of the new owner back.
   */
  private commitOf(
    lane: Lane,
    commit: (offset: string, metadata: string | null) => Promise<void>,
  ): Turn['commit'] {
    return async (offset, metadata) => {
      if (!this.owns(lane)) throw new PartitionLost(lane.name, lane.partition);
      await commit(String(offset), metadata);
    };
  }

  private handlerOf(input: Input, lane: Lane, lag = 0): Turn['handle'] {
    return async (records, { first, next }, mark) => {
      const batch: StreamedBatch<object> = {
        topic: input.topic,
        partition: lane.partition,
        first,
        next,
        records,
        lag,
        ...mark,
      };
      const done = this.metrics.handlerSeconds.startTimer({ topic: lane.topic.name });
      try {
        return await input.handle(batch);
      } finally {
        done();
      }
    };
  }

  /** A batch did not count: the partition is paused and taken over again, which re-reads where it stands. */
  private async redo(payload: EachBatchPayload, lane: Lane, error: unknown): Promise<void> {
    if (!this.owns(lane)) return;
    if (isProgramError(error) || troubleOf(error) === 'fatal') {
      this.fail(lane, error);
      return;
    }
    this.startAgain(lane, this.note(lane, error));
    await payload.heartbeat();
  }

  private startAgain(lane: Lane, waitMs: number): void {
    lane.state = 'preparing';
    this.hold(lane);
    void this.takeOver(lane, waitMs);
  }

  /**
   * The group has moved on in the middle of a batch, and kafkajs is told to join it again, which takes every partition over
   * anew. Where it cannot join at once it fetches on as the member that it was, though, from where this batch began: what was
   * done of it may count already, and must not become a part of another batch. So nothing comes of what it fetches until
   * the partition was taken over, by the join or without one.
   */
  private standBack(lane: Lane): void {
    if (this.owns(lane)) this.startAgain(lane, nextWait(lane));
  }

  /** Lets nothing more of a partition be fetched. */
  private hold(lane: Lane): void {
    try {
      this.consumer?.pause(partitionsOf(lane));
    } catch (error) {
      // kafkajs is between a crash and the next join, which takes every partition over again.
      this.options.log.debug({ err: error }, 'A partition is held back by the next join.');
    }
  }

  /** Decodes the records of a batch. @throws {RegistryUnavailable | RegistryChanged} */
  protected async decode(
    lane: Lane,
    messages: readonly KafkaMessage[],
  ): Promise<(Received<object> | Undecodable)[]> {
    return [...(await this.stream(lane, messages))];
  }

  private async stream(lane: Lane, messages: readonly KafkaMessage[]): Promise<StreamedRecords> {
    return this.recordsOf(lane, messages, await this.learn(lane, schemasIn(messages)));
  }

  /** Makes schemas known, and returns those that cannot be. @throws {RegistryUnavailable | RegistryChanged} */
  protected async learn(lane: Lane, ids: Iterable<number>): Promise<UnknownSchemas> {
    const trouble = this.options.registry.trouble();
    if (trouble) throw trouble;
    const codec = this.codecOf(lane);
    return learnSchemas(codec, ids, (id) => {
      // Each is a question or two to the registry, and there may be thousands: that is work, and no stall.
      lane.lastProgress = performance.now();
      return this.options.registry.teach(codec, id, this.prefix);
    });
  }

  /** The records of a batch, decoded when they are read; all schemas but the unknown ones were learnt. */
  protected recordsOf(
    lane: Lane,
    messages: readonly KafkaMessage[],
    unknown: UnknownSchemas,
  ): StreamedRecords {
    return new StreamedRecords(this.codecOf(lane), messages, unknown, (count) => {
      this.metrics.undecodable.inc({ topic: lane.topic.name }, count);
    });
  }

  private codecOf({ topic }: Lane): TopicCodec {
    const codec = this.codecs.get(topic.name);
    if (codec) return codec;
    throw new Misconfigured(`Nothing was prepared for reading ${topic.name}.`);
  }

  private tailOf(lane: Lane, end: bigint): Tail {
    return {
      end,
      offsetAt: async (timestamp) => {
        const found = await this.reader.offsetAt(lane.name, lane.partition, timestamp);
        return found < end ? found : end;
      },
      read: (from) => this.readTail(lane, from, end),
    };
  }

  private async *readTail(lane: Lane, first: bigint, end: bigint): AsyncGenerator<Received<unknown>> {
    const { start } = await this.reader.bounds(lane.name, lane.partition);
    let from = first < start ? start : first;
    while (from < end) {
      try {
        for await (const messages of this.reader.read(lane.name, lane.partition, from, end)) {
          // Nobody waits for it any more, and it holds up what is ours now.
          if (!this.owns(lane)) throw new PartitionLost(lane.name, lane.partition);
          lane.lastProgress = performance.now();
          for (const record of await this.stream(lane, messages)) if (!isUndecodable(record)) yield record;
        }
        return;
      } catch (error) {
        if (!(error instanceof PoisonBatch)) throw error;
        // It lies before the committed offset: somebody has given it up already, and it can be remembered no more.
        const { first, last } = error.poison;
        this.options.log.warn(
          { topic: lane.name, partition: lane.partition, first: String(first), last: String(last) },
          `The record batch ${String(first)} to ${String(last)} of ${laneKey(lane.name, lane.partition)}, which was given up before, cannot be looked at again either; it is left out.`,
        );
        from = last + 1n;
      }
    }
  }

  /** Measures the lag from the outside: a consumer that stopped in silence does not measure its own. */
  private async look(): Promise<void> {
    this.readsAgain();
    for (const lane of [...this.lanes.values()]) {
      try {
        const { stableEnd } = await this.reader.bounds(lane.name, lane.partition);
        if (!this.owns(lane) || (lane.state !== 'running' && lane.state !== 'readying')) continue;
        const lag = stableEnd > lane.position ? Number(stableEnd - lane.position) : 0;
        this.metrics.lag.set({ topic: lane.topic.name, partition: String(lane.partition) }, lag);
        if (lag > 0) continue;
        lane.lastProgress = performance.now();
        // What it failed at may be gone: retention removed it.
        if (lane.state === 'running') this.recovered(lane);
      } catch (error) {
        // A broker that does not answer is an outage, not a stall.
        lane.lastProgress = performance.now();
        this.options.log.debug({ err: error }, 'The lag could not be measured.');
      }
    }
    this.metrics.stalled.set(this.stalled().length);
  }

  /**
   * A stage that makes itself ready waits for a database or reads a long log: a restart would only begin that again. What it
   * asks the brokers meanwhile has deadlines of its own.
   */
  private stalled(): readonly Lane[] {
    const limit = performance.now() - STALL_MS;
    return [...this.lanes.values()].filter(
      ({ state, problem, lastProgress }) =>
        (state === 'preparing' || state === 'running') && problem === null && lastProgress < limit,
    );
  }

  private async pause(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return;
    await delay(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

/** Groups that are stages of the flow, and so heard by the quality monitor. */
const countingStages: readonly CountingStage[] = ['enricher', 'validator', 'loader'];

/** What comes before the first batch that cannot be taken apart, and that batch. */
function beforePoison(messages: readonly KafkaMessage[]): {
  readonly readable: readonly KafkaMessage[];
  readonly poison: Poison | null;
} {
  const at = messages.findIndex((message) => poisonOf(message) !== null);
  const found = messages[at];
  return found === undefined
    ? { readable: messages, poison: null }
    : { readable: messages.slice(0, at), poison: poisonOf(found) };
}

/** As kafkajs wants it named when it is paused or resumed. */
const partitionsOf = ({ name, partition }: Lane): { topic: string; partitions: number[] }[] => [
  { topic: name, partitions: [partition] },
];

const codeOf = (error: unknown): string | undefined =>
  error instanceof ServiceError ? error.code : undefined;

/** What a handler throws that is neither a ServiceError nor an error of the client is a mistake in the program. */
function isProgramError(error: unknown): boolean {
  if (error instanceof ServiceError) return false;
  return !(error instanceof Error && error.name.startsWith('KafkaJS'));
}
