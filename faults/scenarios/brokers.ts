import { setTimeout as sleep } from 'node:timers/promises';
import { groupOf, topics, type ServiceName } from '@headwater/contracts';
import { serviceProcess } from '@headwater/pipeline';
import { steadyPorts, type ClusterNode } from '@headwater/stack';
import { scenario, type Scenario, type Scene } from '../scenario';
import { inputsOf, sumOf } from '../world/kafka-watch';
import { inWords } from '../world/prober';
import { areReady } from '../world/readiness';
import { SESSION_TIMEOUT_MS } from '../world/world';
import { inCluster } from './in-cluster';
import { probed } from './probed';

const STORM_MS = 40_000;
const STORM_MEMBER_MS = 1_000;
/** Share of what comes in that is still read while the group is at its busiest. */
const LEAST_SHARE = 0.3;
/** From the start of a broker until what had been accepted is through. */
const BROKER_BACK_MS = 30_000;
const REPLICAS_AT_MOST = 6;

/** The stages between the collector and the tables, with the topic that most of their work comes from. */
const stages = [
  { name: 'enricher', topic: topics.collectorPayloads.name },
  { name: 'validator', topic: topics.enrichedEvents.name },
  { name: 'loader', topic: topics.validEvents.name },
] as const;

/** Joins a group as one more member and leaves it again, once. */
async function joinAndLeave({ world }: Scene, name: ServiceName): Promise<boolean> {
  const consumer = world.kafka.client('faults-storm').consumer({
    groupId: groupOf(name),
    sessionTimeout: 10_000,
    heartbeatInterval: 500,
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 500 },
  });
  const joined = new Promise<true>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => {
      resolve(true);
    });
  });
  try {
    await consumer.connect();
    // All of them: whoever leads the group hands out what he knows of.
    await consumer.subscribe({ topics: [...inputsOf(name)], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      // It takes partitions, and does nothing with them.
      eachBatch: () => sleep(200),
    });
    const did = await Promise.race([joined, sleep(15_000, false)]);
    await sleep(STORM_MEMBER_MS);
    return did;
  } finally {
    await consumer.disconnect();
  }
}

async function storm(scene: Scene): Promise<void> {
  const { world, random, expect, tell } = scene;
  const { name, topic } = random.pick(stages);
  const position = async (): Promise<{ arrived: number; read: number }> => ({
    arrived: sumOf(await world.kafka.ends(topic)),
    read: sumOf(await world.kafka.committed(name, topic)),
  });
  const before = await position();
  const until = performance.now() + STORM_MS;
  let joins = 0;
  while (performance.now() < until) {
    if (await joinAndLeave(scene, name)) joins += 1;
    await sleep(STORM_MEMBER_MS);
  }
  const after = await position();
  const share = (after.read - before.read) / (after.arrived - before.arrived);
  tell(`${name}: ${String(joins)} joins, ${(share * 100).toFixed(0)} % read meanwhile`);
  expect('the member could join again and again', joins >= 3, `${String(joins)} joins of the ${name}`);
  expect(
    `at least ${String(LEAST_SHARE * 100)} % of what came in was read during the storm`,
    share >= LEAST_SHARE,
    `${(share * 100).toFixed(0)} % by the ${name}`,
  );
}

/** One of two stops, so that one is left; five more come; they go again, and one is left; the second comes back. */
async function scale({ world, random, expect }: Scene): Promise<void> {
  const { name } = random.pick(stages);
  const [, second] = world.of(name);
  await second?.stop();
  const ports = await steadyPorts(REPLICAS_AT_MOST - 1);
  const more = ports.map((port, index) =>
    serviceProcess({
      name,
      instance: `${name}-more-${String(index + 1)}`,
      endpoints: { ...world.observers, brokers: world.cluster.brokers.join(',') },
      dataDir: world.folder,
      port,
      env: { KAFKA__SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS) },
    }),
  );
  try {
    await Promise.all(more.map((service) => service.start()));
    await sleep(5_000);
    const codes: number[] = [];
    for (const service of more) codes.push(await service.stop());
    expect(
      `each additional ${name} stops with 0`,
      codes.every((code) => code === 0),
      codes.join(', '),
    );
    const took = await world.kafka.through(60_000);
    expect(`one ${name} that is left catches up within 60 s`, took !== null);
  } finally {
    for (const service of more) if (service.running()) await service.kill();
    await second?.start();
  }
}

/** A broker is killed and comes back; what had been accepted until then is soon through. */
async function crash({ world, expect }: Scene, node: ClusterNode, downMs: number): Promise<void> {
  await node.kill();
  await sleep(downMs);
  await node.start();
  const took = await world.kafka.through(BROKER_BACK_MS);
  expect(
    `all that was accepted is through within ${String(BROKER_BACK_MS / 1000)} s of the broker's start`,
    took !== null,
    `node ${String(node.id)}, down for ${String(downMs / 1000)} s`,
  );
}

const absences = [3_000, 15_000, 40_000] as const;

/** The node that leads a partition of the topic in which transactions are kept. */
const coordinatorOf = ({ world, random }: Scene): Promise<ClusterNode> =>
  world.kafka.asAdmin(async (admin) => {
    const { topics: found } = await admin.fetchTopicMetadata({ topics: ['__transaction_state'] });
    return world.cluster.node(random.pick(found[0]?.partitions ?? []).leader);
  });

/** What happens to brokers, and to groups. */
export const brokerScenarios: readonly Scenario[] = [
  scenario({
    name: 'rebalance-storm',
    row: 9,
    title: 'one more member joins a group and leaves it, again and again for 40 s',
    world: 'one broker',
    full: 5,
    atOnce: 5,
    differs:
      '40 s rather than 60, and a join every three to four seconds rather than two: on two cores it takes no less',
    supervised: true,
    inject: storm,
  }),
  scenario({
    name: 'scale',
    row: 10,
    title: 'a stage is scaled from one replica to six and back to one',
    world: 'one broker',
    full: 5,
    atOnce: 5,
    inject: scale,
  }),
  scenario({
    ...inCluster,
    name: 'kill-broker',
    row: 11,
    title: '`kill -9` of one of three brokers, down for 3, 15 or 40 s',
    full: 9,
    atOnce: 3,
    inject: (scene, index) =>
      crash(scene, scene.random.pick(scene.world.cluster.nodes), absences[index % 3] ?? 3_000),
  }),
  scenario({
    name: 'kill-only-broker',
    row: 11,
    title: '`kill -9` of the only broker, down for 3, 15 or 40 s',
    world: 'one broker',
    full: 6,
    atOnce: 3,
    recoverSeconds: 120,
    pages: ['HeadwaterCollectorRefuses'],
    supervised: true,
    inject: (scene, index) => crash(scene, scene.world.cluster.node(1), absences[index % 3] ?? 3_000),
  }),
  scenario({
    ...inCluster,
    name: 'restart-brokers',
    row: 12,
    title: 'clean restart of three brokers, each in turn',
    full: 5,
    atOnce: 1,
    async inject(scene) {
      const { world, expect } = scene;
      await probed(scene, async () => {
        for (const node of world.cluster.nodes) {
          await node.stop();
          await node.start();
          expect('all replicas are in sync again within a minute', await world.kafka.allInSync());
        }
      });
    },
  }),
  scenario({
    ...inCluster,
    name: 'kill-controller',
    row: 13,
    title: '`kill -9` of the active controller, which is one of the brokers',
    full: 5,
    async inject({ world, random, expect }) {
      const first = await world.cluster.controller();
      await world.cluster.node(first).kill();
      await sleep(random.between(0, 5_000));
      const second = await world.cluster.controller();
      expect('another node is elected', second !== first && world.cluster.node(second).running());
      await world.cluster.node(first).start();
    },
  }),
  scenario({
    ...inCluster,
    name: 'one-in-sync',
    row: 14,
    title: 'two of three brokers stop: no replica besides the leader is in sync, so nothing may be accepted',
    full: 3,
    atOnce: 3,
    pages: ['HeadwaterCollectorRefuses'],
    async inject(scene) {
      const { world, random, expect } = scene;
      const survivor = random.pick(world.cluster.nodes);
      const others = world.cluster.nodes.filter((node) => node !== survivor);
      for (const node of others) await node.stop();
      const tally = await probed(scene, () => sleep(random.between(8_000, 15_000)));
      const ready = await areReady(world.of('collector'));
      const answers = [...tally.keys()].filter((status) => status !== 'none');
      expect(
        'no answer but 503 while one replica is in sync',
        answers.every((status) => status === 503),
        inWords(tally),
      );
      // A collector that is not ready is asked by nobody: what a tracker then sees is the balancer.
      expect(
        'trackers are told to come back: 503, or no collector is ready',
        answers.includes(503) || !ready.includes(true),
        inWords(tally),
      );
      await Promise.all(others.map((node) => node.start()));
    },
  }),
  scenario({
    ...inCluster,
    name: 'kill-coordinator',
    row: 15,
    title:
      'the coordinator of transactions is killed, or stops, while commits are held up on their way to it',
    full: 10,
    async inject(scene) {
      const { world, random } = scene;
      const node = await coordinatorOf(scene);
      const proxy = world.proxies[node.id - 1];
      const slow = await proxy?.toxic(
        'latency',
        { latency: random.between(300, 1_500), jitter: 200 },
        'upstream',
      );
      await sleep(random.between(500, 3_000));
      await (random.below(2) === 0 ? node.kill() : node.stop());
      await slow?.remove();
      await sleep(random.between(0, 8_000));
      await node.start();
    },
  }),
];
