import type { StageCounts, Topic } from '@headwater/contracts';
import type { KafkaMessage } from 'kafkajs';
import type { Committed } from '../client/admin';
import { PartitionLost, RangeMismatch, RegistryChanged } from '../errors';
import { PartitionTransactions, transactionalIdOf } from '../producer/partition-transactions';
import { schemasIn, type StreamedRecords } from './decode-messages';
import { laneKey, type Lane } from './lane';
import {
  differenceOf,
  formatPending,
  parsePending,
  rangeOf,
  recoveryOf,
  type PendingRange,
} from './pending-range';
import { StageServer, type Turn } from './stage-server';

/**
 * For stores that recognise a batch by its range. Before the handler sees a batch, its exact range is committed as
 * metadata of the unchanged offset; after it, the offset behind it. Whoever takes the partition over in between hands over
 * exactly the same batch again, with `recovered: true`, before anything else: the store sees it twice under one token.
 *
 * The same batch is the same rows: a store that drops what it has under a token would lose others in silence, and under
 * another token have those of the first time twice. What can be decoded depends on what the registry knows at the time, so
 * that is settled with the note, which says whose records were taken. A record of a schema that nobody knew stays undecodable
 * when its batch is repeated, although the registry may have learnt of it since; and a schema that was known is waited for.
 *
 * Handlers get a `StreamedBatch`: a store needs a record once, for its bytes, and thousands of decoded ones would outweigh
 * them by far. They return nothing; a batch counts once their promise resolves.
 */
export class RangedServer extends StageServer {
  /** Ranges that earlier owners left, by partition. */
  private readonly pending = new Map<string, PendingRange>();

  protected override outputTopics(): readonly Topic[] {
    return [];
  }

  /**
   * Nobody has to be shut out: a late owner can at most store the same batch under the same token, and its commits carry an old
   * generation. But the note of that batch must not be missed.
   */
  protected override async shutOut(lane: Lane): Promise<void> {
    const { name: topic, partition } = lane;
    const transactionalId = transactionalIdOf(this.groupId, lane.topic, partition);
    const own = new PartitionTransactions(this.options.kafka, transactionalId);
    try {
      await own.fence({ groupId: this.groupId, topic, partition });
    } finally {
      own.close();
    }
  }

  protected override inherit(lane: Lane, { metadata }: Committed, position: bigint): void {
    const key = laneKey(lane.name, lane.partition);
    this.pending.delete(key);
    const inheritance = parsePending(metadata);
    if (inheritance.kind === 'unreadable')
      throw new RangeMismatch(
        `The committed offset of ${key} in ${this.groupId} carries "${inheritance.metadata}", which this version does not understand. Run the version that wrote it until it has stored its batch, then this one.`,
      );
    const recovery = recoveryOf(inheritance, position);
    if (recovery.kind === 'repeat') this.pending.set(key, recovery.range);
    if (recovery.kind === 'lost')
      this.options.log.error(
        {
          topic: lane.name,
          partition: lane.partition,
          range: formatPending(recovery.range),
          code: 'E_RANGE_LOST',
        },
        `The batch ${String(recovery.range.first)} to ${String(recovery.range.next - 1n)} of ${key} was being stored when its owner died, and retention removed part of it since. It may be stored once, or be lost; what is left of it is stored again.`,
      );
  }

  protected override async finishPending(turn: Omit<Turn, 'cut'>): Promise<bigint | null> {
    const { lane, current, commit, handle } = turn;
    const key = laneKey(lane.name, lane.partition);
    const range = this.pending.get(key);
    if (!range) return null;
    const messages = await this.readAgain(lane, range);
    const records = await this.recordsAgain(range, lane, messages);
    if (!current()) throw new PartitionLost(lane.name, lane.partition);
    this.options.log.info(
      { topic: lane.name, partition: lane.partition, range: formatPending(range) },
      `Stores the batch ${String(range.first)} to ${String(range.next - 1n)} of ${key} again: its last owner did not finish it.`,
    );
    await handle(records, range, { recovered: true });
    await commit(range.next, null);
    this.pending.delete(key);
    return range.next;
  }

  protected override async finish({ lane, cut, current, commit, handle }: Turn): Promise<void> {
    const ids = schemasIn(cut.messages);
    const unknown = await this.learn(lane, ids);
    const known = unknown.size === 0 ? null : [...ids].filter((id) => !unknown.has(id));
    const range = rangeOf(cut.messages, known);
    const records = this.recordsAs(range, lane, cut.messages, ids);
    if (!current()) throw new PartitionLost(lane.name, lane.partition);
    await commit(lane.position, formatPending(range));
    if (!current()) throw new PartitionLost(lane.name, lane.partition);
    await handle(records, cut, { recovered: false });
    await commit(cut.commit, null);
  }

  protected override async pass(lane: Lane, next: bigint, commit: Turn['commit']): Promise<void> {
    // The note is all that is known of a range that an earlier owner left; its records come with the next fetch.
    if (!this.pending.has(laneKey(lane.name, lane.partition))) await commit(next, null);
  }

  protected override async tellGap(_lane: Lane, summary: StageCounts): Promise<void> {
    await this.options.onGap?.(summary);
  }

  protected override release(lane: Lane): void {
    this.pending.delete(laneKey(lane.name, lane.partition));
  }

  /** The records of a range that an earlier owner left. @throws {RegistryUnavailable | RegistryChanged} */
  private async recordsAgain(
    range: PendingRange,
    lane: Lane,
    messages: readonly KafkaMessage[],
  ): Promise<StreamedRecords> {
    const ids = schemasIn(messages);
    const [gone] = await this.learn(lane, range.schemas ?? ids);
    if (gone !== undefined)
      throw new RegistryChanged(
        `The batch ${String(range.first)} to ${String(range.next - 1n)} of ${laneKey(lane.name, lane.partition)} was being stored with records that cannot be read any more: ${gone[1]}. Without them it would be another batch, and what it stored before would be there twice. It waits until the registry holds the schema again: restore the registry.`,
      );
    return this.recordsAs(range, lane, messages, ids);
  }

  /** The records of a range, decoded as its note says. @param ids schemas of the records; those that the note names were learnt */
  private recordsAs(
    { schemas }: PendingRange,
    lane: Lane,
    messages: readonly KafkaMessage[],
    ids: ReadonlySet<number>,
  ): StreamedRecords {
    const left = schemas === null ? [] : [...ids].filter((id) => !schemas.includes(id));
    return this.recordsOf(lane, messages, new Map(left.map((id) => [id, notKnownThen(id)])));
  }

  private async readAgain(lane: Lane, range: PendingRange): Promise<readonly KafkaMessage[]> {
    const messages: KafkaMessage[] = [];
    for await (const some of this.reader.read(lane.name, lane.partition, range.first, range.next))
      messages.push(...some);
    const difference = differenceOf(range, messages);
    if (difference === null) return messages;
    throw new RangeMismatch(
      `The batch ${formatPending(range)} of ${laneKey(lane.name, lane.partition)} cannot be made again: ${difference}. Storing it under its token would lose rows in silence. Find out what changed the topic; then set the committed offset of ${this.groupId} on purpose.`,
    );
  }
}

/** The same whenever it is asked for: the id of a failed event is made of it. */
const notKnownThen = (id: number): string =>
  `its schema ${String(id)} was not known, or could not be read, when its batch was stored first`;
