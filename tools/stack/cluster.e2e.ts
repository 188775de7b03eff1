import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { startKafkaCluster, type RunningCluster } from './kafka-cluster';
import { isAlive } from './lock-file';
import { assertPortFree, steadyPorts } from './ports';
import { startRegistry } from './registry';
import { startRestartable } from './restartable';
import { startToxiproxy, type ProxyHandle, type RunningToxiproxy } from './toxiproxy';

const TOPIC = 'replicated';

let folder: string;
let toxiproxy: RunningToxiproxy;
const proxies = new Map<string, ProxyHandle>();
let cluster: RunningCluster;

/** Three nodes took 12 s on two cores that were otherwise busy as well, 6 s with formatted folders; 34 s under a load of 25. */
const START_MS = 60_000;

const clientOf = (brokers: string[]): Kafka =>
  new Kafka({
    brokers,
    clientId: 'e2e',
    logLevel: logLevel.NOTHING,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 60 },
  });

const up = async (): Promise<void> => {
  const begun = performance.now();
  cluster = await startKafkaCluster({
    dataDir: join(folder, 'kafka'),
    proxyOf: async (name, upstream) => {
      const known = proxies.get(name);
      if (known === undefined) proxies.set(name, await toxiproxy.proxy(name, upstream));
      else await known.reroute(upstream);
      return proxies.get(name)?.port ?? 0;
    },
  });
  const took = performance.now() - begun;
  console.log(`three nodes started in ${(took / 1000).toFixed(1)} s`);
  expect(took).toBeLessThan(START_MS);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-cluster-'));
  toxiproxy = await startToxiproxy({ folder: join(folder, 'toxiproxy'), onProgress: console.error });
});
afterAll(async () => {
  await toxiproxy.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a cluster of three', () => {
  let producer: Producer;
  let written = 0;

  beforeAll(async () => {
    await up();
    const admin = clientOf(cluster.direct).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 3 }], waitForLeaders: true });
    await admin.disconnect();
    producer = clientOf(cluster.brokers).producer();
    await producer.connect();
  });
  afterAll(async () => {
    await producer.disconnect();
    await cluster.stop();
  });

  const write = async (by = producer): Promise<number> => {
    const begun = performance.now();
    for (const partition of [0, 1, 2])
      await by.send({ topic: TOPIC, acks: -1, messages: [{ partition, value: String(written) }] });
    written += 1;
    return performance.now() - begun;
  };
  /** In-sync replicas of every partition. */
  const inSync = async (): Promise<number[][]> => {
    const admin = clientOf(cluster.direct).admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
    await admin.disconnect();
    return (topics[0]?.partitions ?? []).map(({ isr }) => isr.toSorted());
  };
  const becomesInSync = async (expected: readonly number[]): Promise<void> => {
    for (let i = 0; i < 100; i += 1) {
      if ((await inSync()).every((isr) => isr.join() === expected.join())) return;
      await sleep(300);
    }
    expect(await inSync()).toEqual([expected, expected, expected]);
  };
  const recordsIn = async (): Promise<number> => {
    const admin = clientOf(cluster.direct).admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(TOPIC);
    await admin.disconnect();
    return ends.reduce((sum, { high }) => sum + Number(high), 0);
  };

  it('keeps three copies by default, and takes writes for all of them', async () => {
    await write();
    expect(await inSync()).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('leads clients through the proxies, and observers past them', async () => {
    const addressesBy = async (brokers: string[]): Promise<string[]> => {
      const admin = clientOf(brokers).admin();
      await admin.connect();
      const described = await admin.describeCluster();
      await admin.disconnect();
      return described.brokers.map(({ host, port }) => `${host}:${port}`).toSorted();
    };
    expect(await addressesBy(cluster.brokers)).toEqual(
      [...proxies.values()].map(({ address }) => address).toSorted(),
    );
    expect(await addressesBy(cluster.direct)).toEqual(cluster.direct.toSorted());
  });

  it('takes writes while one node is dead, and has it back in sync after its start', async () => {
    const victim = cluster.node(2);
    await victim.kill();
    expect([victim.running(), victim.pid()]).toEqual([false, null]);
    await write();
    await becomesInSync([1, 3]);
    await write();
    await victim.start();
    await becomesInSync([1, 2, 3]);
    await write();
  });

  it('elects another controller when the active one is killed', async () => {
    const first = await cluster.controller();
    await cluster.node(first).kill();
    const second = await cluster.controller();
    expect(second).not.toBe(first);
    await write();
    await cluster.node(first).start();
    await becomesInSync([1, 2, 3]);
  });

  it('goes on without a node that is paused, and takes it back', async () => {
    const victim = cluster.node(3);
    victim.pause();
    await becomesInSync([1, 2]);
    // One that has known it as a leader would ask it, and again, until its metadata are five minutes old.
    const newcomer = clientOf(cluster.brokers).producer();
    await newcomer.connect();
    await write(newcomer);
    await newcomer.disconnect();
    victim.resume();
    await becomesInSync([1, 2, 3]);
  });

  it('is found by its clients when a node comes back under another address', async () => {
    const mover = cluster.node(1);
    const { address, listener } = mover;
    const move = async (to: string): Promise<void> => {
      await mover.stop();
      mover.advertise(Number(to.split(':')[1]));
      await mover.start();
      await becomesInSync([1, 2, 3]);
      await write();
      expect(mover.address).toBe(to);
    };
    await move(listener);
    await proxies.get('kafka-1')?.disable();
    await write();
    await proxies.get('kafka-1')?.enable();
    await move(address);
  });

  it('refuses writes while only one of three is in sync', async () => {
    const hasty = clientOf(cluster.brokers).producer({ retry: { retries: 1 } });
    await hasty.connect();
    const before = await recordsIn();
    await cluster.node(1).stop();
    await cluster.node(2).stop();
    await expect(
      hasty.send({ topic: TOPIC, acks: -1, timeout: 3_000, messages: [{ partition: 0, value: 'x' }] }),
    ).rejects.toThrow();
    await Promise.all([cluster.node(1).start(), cluster.node(2).start()]);
    await becomesInSync([1, 2, 3]);
    await hasty.disconnect();
    // What was refused may still be there (it is on the one log), but nothing that was taken is gone.
    expect(await recordsIn()).toBeGreaterThanOrEqual(before);
  });

  it('is slowed by a toxic, until that ends', async () => {
    expect(await write()).toBeLessThan(1_000);
    const toxics = await Promise.all(
      [...proxies.values()].map((proxy) => proxy.toxic('latency', { latency: 500, jitter: 0 })),
    );
    expect(await write()).toBeGreaterThanOrEqual(1_500);
    await Promise.all(toxics.map((toxic) => toxic.remove()));
    expect(await write()).toBeLessThan(1_000);
  });

  it('is cut off by a half-open connection and by a disabled proxy, until they end', async () => {
    const proxy = proxies.get('kafka-1');
    const toxic = await proxy?.toxic('timeout', { timeout: 0 });
    const admin = new Kafka({
      brokers: [proxy?.address ?? ''],
      logLevel: logLevel.NOTHING,
      requestTimeout: 1_000,
      retry: { retries: 0 },
    }).admin();
    await expect(admin.connect()).rejects.toThrow(/timed out|timeout/i);
    await toxic?.remove();
    await proxy?.disable();
    await expect(admin.connect()).rejects.toThrow(/ECONNREFUSED|Connection error/);
    await proxy?.enable();
    await admin.connect();
    await admin.disconnect();
    await toxiproxy.reset();
    await toxic?.remove();
  });

  it('keeps what was written over a clean restart on other ports', async () => {
    const before = await recordsIn();
    const { brokers } = cluster;
    await producer.disconnect();
    await cluster.stop();
    await up();
    // The proxies' ports are what clients know.
    expect(cluster.brokers).toEqual(brokers);
    producer = clientOf(cluster.brokers).producer();
    await producer.connect();
    expect(await recordsIn()).toBe(before);
    await write();
  });

  it('leaves no process, no port and no lock when it stops, whatever its nodes are doing', async () => {
    const pids = cluster.nodes.map((node) => node.pid() ?? 0);
    await expect(startKafkaCluster({ dataDir: cluster.dataDir })).rejects.toThrow(
      `is used by process ${process.pid}, running a Kafka cluster since`,
    );
    expect(pids.every(isAlive)).toBe(true);
    await cluster.node(1).kill();
    cluster.node(2).pause();
    await cluster.stop();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(processesMentioning(cluster.dataDir)).toEqual([]);
    for (const address of cluster.direct) await assertPortFree('a test', Number(address.split(':')[1]));
    expect(existsSync(join(cluster.dataDir, 'stack.lock'))).toBe(false);
  });
});

describe('a cluster of one', () => {
  it('is its own controller, and comes back', async () => {
    const one = await startKafkaCluster({ dataDir: join(folder, 'one'), nodes: 1 });
    try {
      expect(await one.controller()).toBe(1);
      const admin = clientOf(one.brokers).admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }] });
      await one.node(1).kill();
      await one.node(1).start();
      expect(await admin.listTopics()).toContain(TOPIC);
      await admin.disconnect();
      expect(() => one.node(2)).toThrow('The cluster has no node 2');
    } finally {
      await one.stop();
    }
  });
});

describe('a restartable registry', () => {
  it('is at its address again after a kill', async () => {
    const [port = 0] = await steadyPorts(1);
    const registry = await startRestartable('the schema registry', () =>
      startRegistry({ dataDir: join(folder, 'registry'), port }),
    );
    const answers = async (): Promise<number> => (await fetch(`${registry.part.url}/subjects`)).status;
    expect(await answers()).toBe(200);
    await registry.kill();
    await expect(answers()).rejects.toThrow('fetch failed');
    await registry.start();
    expect(await answers()).toBe(200);
    await registry.stop();
  });
});

/** Processes whose command line names a folder (Linux). */
function processesMentioning(path: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((command) => command.includes(`${path}/`));
}
