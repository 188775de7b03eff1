import { setTimeout as delay } from 'node:timers/promises';
import { KafkaJSNonRetriableError } from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup';
import { createErrorFromCode } from 'kafkajs/src/protocol/error';

/** Time until a fetch that found its broker gone is tried again. */
const REFETCH_MS = 250;
/** The broker that was asked is not there. What it was asked was not answered, and another one will know. */
const GONE = ['KafkaJSConnectionError', 'KafkaJSConnectionClosedError', 'KafkaJSBrokerNotFound'];
/** The leader of a partition has moved, or is about to. */
const MOVED = ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE'];

/** Protocol: the group does not know the member. */
const UNKNOWN_MEMBER_ID = 25;

const { joinAndSync, heartbeat, commitOffsets, recoverFromFetch } = ConsumerGroup.prototype;
/** Groups that are being joined, and how often at once: kafkajs does so from fetches too. */
const joining = new WeakMap<ConsumerGroup, number>();
const searches = new WeakMap<ConsumerGroup, Promise<void>>();
/** What the group was joined as when offsets were first to be committed. */
const membershipOf = new WeakMap<object, ConsumerGroup['offsetManager']>();

/**
 * Makes kafkajs' consumer go on when one broker of several dies. By itself it
 *
 * - beats and commits at the dead coordinator of its group until a counter of its own runs out, minutes later. The group
 *   has long moved to another broker, with all its members: the new one is looked for, and asked the same again;
 * - lets the fetches from all brokers wait, longer each time, because one broker cannot be reached;
 * - joins its group again, and makes all others do so, each time a leader moves. It is enough to look where it went;
 * - forgets who it was when the group no longer knows it. Where joining fails then, it goes on as nobody, does not beat, and so
 *   never learns that it is no member: a group that was not joined is joined again.
 */
export function surviveLostBrokers(): void {
  const { prototype } = ConsumerGroup;
  prototype.joinAndSync = notedJoin;
  prototype.heartbeat = tolerantHeartbeat;
  prototype.commitOffsets = tolerantCommit;
  prototype.recoverFromFetch = tolerantRecovery;
}

async function notedJoin(this: ConsumerGroup): Promise<void> {
  const count = (by: number): unknown => joining.set(this, (joining.get(this) ?? 0) + by);
  count(1);
  try {
    await joinAndSync.call(this);
  } finally {
    count(-1);
  }
}

async function tolerantHeartbeat(this: ConsumerGroup, of: { readonly interval: number }): Promise<void> {
  if (this.memberId === null && (joining.get(this) ?? 0) === 0) throw createErrorFromCode(UNKNOWN_MEMBER_ID);
  await atCoordinator(this, () => heartbeat.call(this, of));
}

/**
 * The same offsets under the same generation: a commit that had been stored already is stored once more. Whoever tries again,
 * kafkajs' own retries too, may do so after another join, when the partition can be somebody else's.
 */
async function tolerantCommit(this: ConsumerGroup, offsets: object = {}): Promise<void> {
  if (!membershipOf.has(offsets)) membershipOf.set(offsets, this.offsetManager);
  await atCoordinator(this, async () => {
    if (membershipOf.get(offsets) !== this.offsetManager)
      throw new KafkaJSNonRetriableError(
        'The group was joined again since these offsets were to be committed',
      );
    await commitOffsets.call(this, offsets);
  });
}

async function tolerantRecovery(this: ConsumerGroup, error: GroupError): Promise<void> {
  if (error.name === 'KafkaJSConnectionError') {
    // kafkajs has asked for new metadata; until it names another leader, this is all there is to know.
    await delay(REFETCH_MS);
    return;
  }
  if (MOVED.includes(error.type ?? '')) {
    await delay(REFETCH_MS);
    await this.cluster.refreshMetadata();
    return;
  }
  await recoverFromFetch.call(this, error);
}

/** Asks the coordinator, and when it is gone, or is it no longer, once more whoever is it then. */
async function atCoordinator(group: ConsumerGroup, ask: () => Promise<void>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    const { name = '', type = '' } = error as GroupError;
    if (!GONE.includes(name) && type !== 'NOT_COORDINATOR_FOR_GROUP') throw error;
    await search(group);
    await ask();
  }
}

/** Heartbeats and commits notice it at the same time; one of them looks. */
async function search(group: ConsumerGroup): Promise<void> {
  let searching = searches.get(group);
  if (!searching) {
    searching = group.cluster
      .findGroupCoordinator({ groupId: group.groupId })
      .then((coordinator) => {
        group.coordinator = coordinator;
        if (group.offsetManager) group.offsetManager.coordinator = coordinator;
      })
      .finally(() => searches.delete(group));
    searches.set(group, searching);
  }
  await searching;
}

interface GroupError {
  readonly name?: string;
  readonly type?: string;
}
