import { groupOf, topics, type ServiceName } from '@headwater/contracts';
import { scenario, type Scenario } from '../scenario';
import { linesFrom } from '../world/log-lines';
import { until } from '../world/until';
import type { World } from '../world/world';

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

async function isReady({ url }: { readonly url: string }): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

/** Partitions that a service says stand still. */
async function waitingPartitions({ url }: { readonly url: string }): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(/^headwater_waiting_partitions\{.*\} (\d+)$/gmu)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}

/** What administrators and retention do to the logs. */
export const logScenarios: readonly Scenario[] = [
  scenario({
    name: 'topic-made-anew',
    row: 37,
    title:
      'stage-counts is deleted and made anew under running readers: they refuse to go on until their offsets are set on purpose',
    world: 'one broker',
    full: 2,
    atOnce: 1,
    recoverSeconds: 120,
    async inject({ world, expect }) {
      const topic = topics.stageCounts.name;
      const readers = [...world.of('loader'), ...world.of('quality-monitor')];
      const writers = (['collector', 'enricher', 'validator'] as const).flatMap((name) => world.of(name));
      // Nothing is in the topic that has not been read: what is lost with it would be the administrator's loss.
      for (const service of world.of('collector')) await service.stop();
      await world.kafka.through(60_000);
      for (const service of writers) await service.stop();
      expect(
        'all counts are loaded before the topic goes',
        await until(() => world.kafka.hasReadAll('loader', topic), 60_000),
      );
      const partitions = [...(await world.kafka.ends(topic)).keys()];
      await world.kafka.asAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
      await until(
        async () => !(await world.kafka.asAdmin((admin) => admin.listTopics())).includes(topic),
        20_000,
      );
      await world.prepare();

      const logs = world.of('loader').map(({ logFile }) => linesFrom(logFile));
      const refused = (): boolean => logs.some((lines) => lines().some(({ code }) => code === 'E_ABOVE_END'));
      await Promise.all(writers.map((service) => service.start()));
      expect(
        'a loader stops at a log that ends before what it has read, and says so',
        await until(refused, 90_000),
      );
      expect(
        'that loader is not ready',
        (await Promise.all(world.of('loader').map(isReady))).includes(false),
      );

      const waiting = await Promise.all(world.of('loader').map(waitingPartitions));
      expect(
        'the metric of waiting partitions counts them, so somebody is paged',
        waiting.some((count) => count > 0),
        waiting.join(', '),
      );

      for (const service of readers) await service.stop();
      const fromStart = new Map(partitions.map((partition) => [partition, 0n]));
      await setOffsets(world, 'loader', topic, fromStart);
      await setOffsets(world, 'quality-monitor', topic, fromStart);
      await Promise.all(readers.map((service) => service.start()));
      expect(
        'both go on from the start of the new topic',
        (await until(() => world.kafka.hasReadAll('loader', topic), 60_000)) &&
          (await until(() => world.kafka.hasReadAll('quality-monitor', topic), 60_000)),
      );
    },
  }),
  scenario({
    name: 'offsets-set-back',
    row: 37,
    title:
      'the offsets of the enricher are set back by up to 1,000 a partition: the validator drops what comes again',
    world: 'one broker',
    full: 3,
    atOnce: 3,
    recoverSeconds: 60,
    async inject({ world, random, expect }) {
      const topic = topics.collectorPayloads.name;
      const enrichers = world.of('enricher');
      for (const service of enrichers) await service.stop();
      const committed = await world.kafka.committed('enricher', topic);
      const back = new Map(
        [...committed].map(([partition, offset]): [number, bigint] => {
          const earlier = offset - BigInt(random.between(1, 1_000));
          return [partition, earlier > 0n ? earlier : 0n];
        }),
      );
      expect(
        'there is something to read again',
        [...committed.values()].some((offset) => offset > 0n),
      );
      await setOffsets(world, 'enricher', topic, back);
      await Promise.all(enrichers.map((service) => service.start()));
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
