import { setTimeout as sleep } from 'node:timers/promises';
import { groupOf, topics, type ServiceName } from '@headwater/contracts';
import { scenario, type Scenario } from '../scenario';
import { linesFrom } from '../world/log-lines';
import { areReady } from '../world/readiness';
import { until } from '../world/until';
import type { World } from '../world/world';

/** Ten minutes, for rules that take a second for a minute. */
const UNTIL_PAGED_MS = 15_000;

/** As `kafka-consumer-groups --reset-offsets` does it: for a group that nobody is a member of. */
async function setOffsets(
  world: World,
  name: ServiceName,
  topic: string,
  offsets: ReadonlyMap<number, bigint>,
): Promise<void> {
  await world.kafka.asAdmin((admin) =>
    admin.setOffsets({
      groupId: groupOf(name),
      topic,
      partitions: [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset) })),
    }),
  );
}

/** What administrators and retention do to the logs. */
export const logScenarios: readonly Scenario[] = [
  scenario({
    name: 'topic-made-anew',
    row: 37,
    title:
      'stage-counts is deleted and made anew under running readers; their offsets are set to its start, as the runbook E_ABOVE_END says: nothing is lost or counted twice',
    world: 'one broker',
    full: 2,
    atOnce: 1,
    recoverSeconds: 120,
    async inject({ world, expect }) {
      const topic = topics.stageCounts.name;
      const readers = ['loader', 'quality-monitor'] as const;
      const writers = (['collector', 'enricher', 'validator'] as const).flatMap((name) => world.of(name));
      // Nothing is in the topic that has not been read: what is lost with it would be the administrator's loss.
      for (const service of world.of('collector')) await service.stop();
      await world.kafka.through(60_000);
      for (const service of writers) await service.stop();
      for (const name of readers)
        expect(
          `the ${name} has read all counts before the topic goes`,
          await world.kafka.catchesUp(name, topic, 60_000),
        );
      await world.kafka.asAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
      await until(
        async () => !(await world.kafka.asAdmin((admin) => admin.listTopics())).includes(topic),
        20_000,
      );
      await world.prepare();
      await Promise.all(writers.map((service) => service.start()));
      const hasCounts = async (): Promise<boolean> =>
        [...(await world.kafka.ends(topic)).values()].some((end) => end > 0n);
      expect('counts are written into the new topic', await until(hasCounts, 60_000));
      // Kafka forgets what they have committed, but not at once: one that has committed since has read further than the log goes.
      const fromStart = new Map(
        [...(await world.kafka.ends(topic)).keys()].map((partition) => [partition, 0n]),
      );
      for (const name of readers) {
        for (const service of world.of(name)) await service.stop();
        await setOffsets(world, name, topic, fromStart);
        await Promise.all(world.of(name).map((service) => service.start()));
        expect(`the ${name} reads the new topic`, await world.kafka.catchesUp(name, topic, 60_000));
      }
    },
  }),
  scenario({
    name: 'offsets-beyond-the-end',
    row: 37,
    title:
      'the offsets of the loader are set to where its log does not reach: it refuses to go on, and says so, until they are set right on purpose',
    world: 'one broker',
    full: 3,
    recoverSeconds: 120,
    pages: ['HeadwaterPartitionWaiting'],
    looksLikeLoss: true,
    async inject({ world, random, expect }) {
      const topic = topics.validEvents.name;
      const loaders = world.of('loader');
      for (const service of loaders) await service.stop();
      const committed = await world.kafka.committed('loader', topic);
      const beyond = BigInt(random.between(100_000, 1_000_000));
      const astray = new Map([...committed].map(([partition, offset]) => [partition, offset + beyond]));
      await setOffsets(world, 'loader', topic, astray);
      const logs = loaders.map(({ logFile }) => linesFrom(logFile));
      await Promise.all(loaders.map((service) => service.start('launched')));
      const refused = (): boolean => logs.some((lines) => lines().some(({ code }) => code === 'E_ABOVE_END'));
      expect('a loader says that the log ends before what it has read', await until(refused, 60_000));
      const isNoneReady = async (): Promise<boolean> => !(await areReady(loaders)).includes(true);
      expect('no loader is ready', await until(isNoneReady, 30_000));
      await sleep(UNTIL_PAGED_MS);
      for (const service of loaders) await service.stop();
      await setOffsets(world, 'loader', topic, committed);
      await Promise.all(loaders.map((service) => service.start()));
    },
  }),
  scenario({
    name: 'retention-overtakes',
    row: 38,
    title:
      'records of stage-counts are deleted before the quality monitor has read them: it reports exactly that gap',
    world: 'one broker',
    full: 3,
    atOnce: 3,
    recoverSeconds: 60,
    pages: ['HeadwaterRecordsLost'],
    async inject({ world, expect, tell }) {
      const topic = topics.stageCounts.name;
      const [monitor] = world.of('quality-monitor');
      if (!monitor) throw new Error('The installation has no quality monitor.');
      await monitor.kill();
      const group = await world.kafka.committed('quality-monitor', topic);
      // The loader has read what is deleted: only the monitor loses it.
      let gap: ReadonlyMap<number, readonly [bigint, bigint]> = new Map();
      const found = await until(async () => {
        const loaded = await world.kafka.committed('loader', topic);
        gap = new Map(
          [...group].flatMap(([partition, from]): [number, readonly [bigint, bigint]][] => {
            const to = loaded.get(partition) ?? 0n;
            return to > from ? [[partition, [from, to]]] : [];
          }),
        );
        return gap.size > 0;
      }, 90_000);
      expect('counts were written that the monitor had not read', found);
      await world.kafka.asAdmin(async (admin) => {
        // kafkajs deletes only from topics that it has looked at.
        await admin.fetchTopicOffsets(topic);
        await admin.deleteTopicRecords({
          topic,
          partitions: [...gap].map(([partition, [, to]]) => ({ partition, offset: String(to) })),
        });
      });
      const lines = linesFrom(monitor.logFile);
      await monitor.start('launched');
      const reported = (): string[] =>
        lines()
          .filter(({ code }) => code === 'E_GAP')
          .map(({ partition, from, to }) => `${String(partition)}: ${String(from)}-${String(to)}`)
          .sort();
      const wanted = [...gap]
        .map(([partition, [from, to]]) => `${String(partition)}: ${String(from)}-${String(to)}`)
        .sort();
      await until(() => reported().length >= wanted.length, 60_000);
      tell(`deleted ${wanted.join(', ')}; reported ${reported().join(', ')}`);
      expect(
        'exactly the deleted offsets are reported as a gap',
        reported().join() === wanted.join(),
        `deleted ${wanted.join(', ')}; reported ${reported().join(', ') || 'nothing'}`,
      );
    },
  }),
];
