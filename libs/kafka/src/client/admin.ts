import { ServiceError } from '@headwater/stage';
import { AssignerProtocol, type Admin, type Kafka } from 'kafkajs';
import { AccessRefused, BrokerUnavailable, Misconfigured } from '../errors';
import { messageOf, protocolTypes, troubleOf } from './kafka-error';
import { IMPATIENT_RETRY, PATIENT_RETRY, type KafkaConnection } from './kafka-connection';
import { Replaceable } from './replaceable';

/** How long kafkajs tries by itself, and how long a call may take: more where nobody tries again. */
const patience = {
  patient: { retry: PATIENT_RETRY, deadlineMs: 30_000 },
  impatient: { retry: IMPATIENT_RETRY, deadlineMs: 10_000 },
} as const;

/** The offset that a group has committed for a partition, and the text that was committed with it. */
export interface Committed {
  /** Null when nothing was committed. */
  readonly offset: bigint | null;
  readonly metadata: string | null;
}

/** Whether a member has a partition; open while the group shares its partitions out anew. */
export type Claim = 'granted' | 'denied' | 'open';

/** A connected admin client that is replaced after an error. */
export class AdminClient {
  private readonly admin: Replaceable<Admin>;

  constructor(
    private readonly kafka: KafkaConnection,
    kind: keyof typeof patience = 'patient',
    client: Kafka = kafka.client,
  ) {
    const { retry, deadlineMs } = patience[kind];
    this.admin = new Replaceable(
      async () => {
        const admin = client.admin({ retry });
        await admin.connect();
        return admin;
      },
      (admin) => admin.disconnect(),
      deadlineMs,
    );
  }

  async committed(groupId: string, topic: string, partition: number): Promise<Committed> {
    const found = (await this.committedOf(groupId, [topic])).get(topic)?.get(partition);
    return found ?? { offset: null, metadata: null };
  }

  /** What a group has committed for each partition of some topics (names on the broker). */
  async committedOf(
    groupId: string,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<number, Committed>>> {
    const answers = await this.run(`the committed offsets of ${groupId}`, (admin) =>
      admin.fetchOffsets({ groupId, topics: [...names] }),
    );
    return new Map(
      answers.map(({ topic, partitions }) => [
        topic,
        new Map(partitions.map((found) => [found.partition, committedIn(found)])),
      ]),
    );
  }

  /** What a group says of a member and a partition. */
  async claimOf(groupId: string, memberId: string, name: string, partition: number): Promise<Claim> {
    const { groups } = await this.run(`the members of ${groupId}`, (admin) =>
      admin.describeGroups([groupId]),
    );
    const [group] = groups;
    if (group?.state === 'PreparingRebalance' || group?.state === 'CompletingRebalance') return 'open';
    const member = group?.members.find((each) => each.memberId === memberId);
    const assigned =
      member && AssignerProtocol.MemberAssignment.decode(member.memberAssignment)?.assignment[name];
    return assigned?.includes(partition) === true ? 'granted' : 'denied';
  }

  /** Number of partitions of each topic (names on the broker). @throws {Misconfigured} when one is not there */
  async partitionCounts(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { topics } = await this.run('the partitions of the topics', (admin) =>
      admin.fetchTopicMetadata({ topics: [...names] }),
    );
    return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  }

  /** Runs an administrative call. @throws {BrokerUnavailable | AccessRefused | Misconfigured} */
  async run<T>(what: string, call: (admin: Admin) => Promise<T>): Promise<T> {
    try {
      return await this.admin.use(call);
    } catch (error) {
      throw refusalOf(this.kafka, what, error);
    }
  }

  close(): Promise<void> {
    return this.admin.close();
  }
}

function committedIn({
  offset,
  metadata,
}: {
  readonly offset: string;
  readonly metadata: string | null;
}): Committed {
  // The protocol says -1 where nothing was committed.
  return { offset: BigInt(offset) < 0n ? null : BigInt(offset), metadata };
}

/** What an administrative call that failed means to a person. */
export function refusalOf({ config }: KafkaConnection, what: string, error: unknown): ServiceError {
  const brokers = config.brokers.join(', ');
  if (error instanceof ServiceError) return error;
  if (protocolTypes(error).includes('UNKNOWN_TOPIC_OR_PARTITION'))
    return new Misconfigured(
      `A topic is missing on ${brokers} (asked for ${what}). Run the job "topics", and check KAFKA__TOPIC_PREFIX.`,
      { cause: error },
    );
  const trouble = troubleOf(error);
  if (trouble === 'access')
    return new AccessRefused(
      `Kafka at ${brokers} refuses ${what}: ${messageOf(error)}. Give the user the rights that it needs (the job "acls" lists them), and check KAFKA__SASL__*.`,
      { cause: error },
    );
  if (trouble === 'fatal')
    return new Misconfigured(
      `Kafka at ${brokers} refuses ${what}: ${messageOf(error)}. Check the version of the brokers (2.8 or later) and KAFKA__SASL__MECHANISM.`,
      { cause: error },
    );
  return new BrokerUnavailable(
    `Kafka at ${brokers} does not give ${what} (${messageOf(error)}). Check that the brokers run, that KAFKA__BROKERS is right, and that the user may describe it: kafkajs does not always say when that is refused.`,
    { cause: error },
  );
}
