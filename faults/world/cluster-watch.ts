import { setTimeout as sleep } from 'node:timers/promises';
import { topics, type ServiceName } from '@headwater/contracts';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import type { World } from './world';

/** A client of the cluster that no fault of the network meets. */
export const observer = ({ cluster }: World, clientId = 'faults-observer'): Kafka =>
  new Kafka({
    clientId,
    brokers: [...cluster.direct],
    logLevel: logLevel.NOTHING,
    requestTimeout: 10_000,
    retry: { retries: 30, initialRetryTime: 100, maxRetryTime: 1_000 },
  });

/** Does something as an administrator of the cluster. */
export async function asAdmin<T>(world: World, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = observer(world).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

export const groupOf = (name: ServiceName): string => `headwater-${name}`;

/** Names of the topics that a service reads. */
export const inputsOf = (name: ServiceName): readonly string[] =>
  Object.values(topics)
    .filter(({ readers }) => (readers as readonly string[]).includes(name))
    .map((topic) => topic.name);

/** End of each partition of a topic, by partition. */
export const endsOf = (world: World, topic: string): Promise<ReadonlyMap<number, bigint>> =>
  asAdmin(world, async (admin) =>
    bigints((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, high])),
  );

/** What a service has committed of a topic, by partition; partitions without are left out. */
export const committedOf = (
  world: World,
  name: ServiceName,
  topic: string,
): Promise<ReadonlyMap<number, bigint>> =>
  asAdmin(world, async (admin) => {
    const [found] = await admin.fetchOffsets({ groupId: groupOf(name), topics: [topic] });
    return bigints(
      (found?.partitions ?? [])
        .filter(({ offset }) => !offset.startsWith('-'))
        .map(({ partition, offset }) => [partition, offset]),
    );
  });

export const sumOf = (offsets: ReadonlyMap<number, bigint>): number =>
  Number([...offsets.values()].reduce((sum, offset) => sum + offset, 0n));

/** Waits until every partition of the cluster has all of its replicas in sync. False when that takes longer than `withinMs`. */
export async function allInSync(world: World, withinMs = 60_000): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const lagging = await asAdmin(world, async (admin) => {
      const found = await admin.fetchTopicMetadata({ topics: await admin.listTopics() });
      return found.topics
        .flatMap(({ partitions }) => partitions)
        .filter(({ isr, replicas }) => isr.length < replicas.length).length;
    }).catch(() => Infinity);
    if (lagging === 0) return true;
    if (performance.now() > deadline) return false;
    await sleep(500);
  }
}

const bigints = (entries: readonly (readonly [number, string])[]): ReadonlyMap<number, bigint> =>
  new Map(entries.map(([partition, offset]) => [partition, BigInt(offset)]));
