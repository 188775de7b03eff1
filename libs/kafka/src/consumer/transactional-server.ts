import { topics, type StageCounts, type Topic } from '@headwater/contracts';
import type { Routed, ServiceError } from '@headwater/stage';
import { ValueBuffer } from '../avro/value-buffer';
import { messageOf, troubleOf } from '../client/kafka-error';
import { BrokerUnavailable, Fenced, Misconfigured, NotEncodable, PartitionLost } from '../errors';
import type { Encoded } from '../producer/cut-sends';
import { OutputEncoder } from '../producer/output-encoder';
import { PartitionTransactions, transactionalIdOf, type Result } from '../producer/partition-transactions';
import { refusalOfTransaction } from '../producer/transaction-refusal';
import { laneKey, type Lane } from './lane';
import { StageServer, type Turn } from './stage-server';

/**
 * Read, process, write: the outputs of a batch, its dead letters, its counts and its input offsets are one transaction.
 * Handlers return `Routed`. Every batch counts exactly once for readers with `isolation.level=read_committed`.
 */
export class TransactionalServer extends StageServer {
  private readonly transactions = new Map<string, PartitionTransactions>();
  private readonly buffers: ValueBuffer[] = [];
  private encoder: OutputEncoder | null = null;

  /** What the table lets the service write: it may not look at more (see its ACLs). */
  protected override outputTopics(): readonly Topic[] {
    const table: readonly Topic[] = Object.values(topics);
    const own = table.filter(({ producers }) =>
      producers.some((producer) => producer === this.options.group),
    );
    // A group that is no service of ours, such as a test's, may write anything.
    return own.length > 0 ? own : table;
  }

  protected override async shutOut(lane: Lane): Promise<void> {
    const key = laneKey(lane.name, lane.partition);
    this.transactions.get(key)?.close();
    const { name: topic, partition } = lane;
    const transactionalId = transactionalIdOf(this.groupId, lane.topic, partition);
    const own = new PartitionTransactions(this.options.kafka, transactionalId);
    this.transactions.set(key, own);
    await own.fence({ groupId: this.groupId, topic, partition });
  }

  protected override inherit(): void {
    // All there is to know is the offset.
  }

  protected override finishPending(): Promise<null> {
    return Promise.resolve(null);
  }

  protected override async finish({ lane, cut, current, handle }: Turn): Promise<void> {
    const records = await this.decode(lane, cut.messages);
    const routed = (await handle(records, cut)) as Routed | undefined;
    if (typeof routed?.complete !== 'function')
      throw new Misconfigured(
        `The handler of ${lane.topic.name} returned no Routed: see route() of @headwater/stage.`,
      );
    const own = this.transactions.get(laneKey(lane.name, lane.partition));
    if (!own || !current()) throw new PartitionLost(lane.name, lane.partition);

    const buffer = this.buffers.pop() ?? new ValueBuffer();
    const outputs = this.encode(routed, buffer);
    await this.transact(own, lane, outputs, cut.commit);
    // After a failure the client may still read from it.
    buffer.clear();
    this.buffers.push(buffer);
    this.countOut(outputs);
  }

  protected override async pass(lane: Lane, next: bigint): Promise<void> {
    const own = this.transactions.get(laneKey(lane.name, lane.partition));
    if (!own) throw new PartitionLost(lane.name, lane.partition);
    // Not a plain commit: one that comes late could undo the offset of a later transaction.
    await this.transact(own, lane, [], next);
  }

  /** One transaction with the offset behind the gap: it is told exactly once. */
  protected override async tellGap(lane: Lane, summary: StageCounts, next: bigint): Promise<void> {
    const own = this.transactions.get(laneKey(lane.name, lane.partition));
    if (!own) throw new PartitionLost(lane.name, lane.partition);
    this.encoder ??= new OutputEncoder(this.codecs, this.partitionCounts);
    const outputs = [{ topic: topics.stageCounts, value: summary }];
    await this.transact(own, lane, this.encoder.encode(outputs, new ValueBuffer()).records, next);
  }

  protected override release(lane: Lane): void {
    const key = laneKey(lane.name, lane.partition);
    this.transactions.get(key)?.close();
    this.transactions.delete(key);
  }

  private async transact(
    own: PartitionTransactions,
    lane: Lane,
    outputs: readonly Encoded[],
    next: bigint,
  ): Promise<void> {
    const done = this.metrics.transactionSeconds.startTimer({ topic: lane.topic.name });
    const { name: topic, partition } = lane;
    const result = await own.commit(outputs, { groupId: this.groupId, topic, partition, next });
    done();
    this.metrics.transactions.inc({ result: result.outcome });
    if (result.outcome === 'ok') return;
    if (result.outcome === 'fenced') this.metrics.fenced.inc();
    throw failureOf(own.transactionalId, result);
  }

  private encode(routed: Routed, buffer: ValueBuffer): readonly Encoded[] {
    this.encoder ??= new OutputEncoder(this.codecs, this.partitionCounts);
    const first = this.encoder.encode(routed.outputs, buffer);
    const rest = this.encoder.encode(routed.complete(first.tooLarge), buffer);
    const [problem] = rest.tooLarge;
    if (problem)
      throw new NotEncodable(
        `What replaces an event that is too large is itself too large: ${String(problem.actualBytes)} bytes for ${problem.output.topic.name}. This is an error of the program: report it with this line.`,
      );
    return rest.records.length === 0 ? first.records : [...first.records, ...rest.records];
  }

  private countOut(outputs: readonly Encoded[]): void {
    const counts = new Map<string, number>();
    for (const { topic } of outputs) counts.set(topic.name, (counts.get(topic.name) ?? 0) + 1);
    for (const [topic, count] of counts) this.metrics.recordsOut.inc({ topic }, count);
  }
}

function failureOf(transactionalId: string, result: Exclude<Result, { outcome: 'ok' }>): ServiceError {
  const { outcome, error } = result;
  switch (outcome) {
    case 'fenced':
      return new Fenced(
        `Another process took ${transactionalId} over (${messageOf(error)}). What was written was undone.`,
        { cause: error },
      );
    case 'retry':
    case 'unknown':
      if (troubleOf(error) === 'access') return refusalOfTransaction(transactionalId, error);
      return new BrokerUnavailable(
        `A transaction of ${transactionalId} ended with "${outcome}" (${messageOf(error)}). Its batch is read again from the committed offset.`,
        { cause: error },
      );
    case 'tooLarge':
      return new BrokerUnavailable(
        `The brokers refuse a record batch that the topic table allows (${messageOf(error)}). Set max.message.bytes of the topics as the job "topics" reports.`,
        { cause: error },
      );
    case 'fatal':
      return refusalOfTransaction(transactionalId, error);
  }
}
