import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertUsableFolder } from './data-folder';
import { newClusterId, startKafka, type RunningKafka } from './kafka';
import { assertPortFree, LOOPBACK, steadyPorts } from './ports';
import type { Properties } from './properties';
import { provision, type Provisioned } from './provision';
import { startRestartable, type Restartable } from './restartable';
import { lockFolder } from './stack';
import { StackError } from './stack-error';

export interface KafkaClusterOptions {
  /** Folder of the whole cluster, one folder a node in it. Kept over restarts. One cluster at a time per folder. */
  readonly dataDir: string;
  /** Default 3. Nodes may be added to a folder, never taken away. */
  readonly nodes?: number;
  /** `-Xmx` of each node, in MiB. Default 320. */
  readonly heapMb?: number;
  /** Added to the settings of every node, and win over them. */
  readonly properties?: Properties;
  /** More arguments for every JVM. */
  readonly jvmArgs?: readonly string[];
  /**
   * Puts a proxy before the listener for clients of each node: gets the node's name (`kafka-1`) and the `host:port` where it
   * really listens, once, before it starts, and returns the proxy's port on loopback, which the node then advertises.
   */
  readonly proxyOf?: (name: string, upstream: string) => Promise<number>;
  /** How long a node may take to serve, also when it is started again. Default 180 000: on a busy machine a start takes minutes. */
  readonly timeoutMs?: number;
  /** What `provision()` returned; called when left out. */
  readonly provisioned?: Provisioned;
}

/** One broker and controller; `start()` again uses its folder and ports, and does not format. */
export interface ClusterNode extends Restartable<RunningKafka> {
  /** 1, 2, … */
  readonly id: number;
  /** `host:port` that clients are told: the proxy's, if there is one. */
  readonly address: string;
  /** `host:port` where clients reach it past the proxy. */
  readonly listener: string;
  /** Tells clients another port on loopback from its next start on, as a broker that has moved. */
  advertise(port: number): void;
  readonly logFile: string;
}

export interface RunningCluster {
  readonly dataDir: string;
  /** Bootstrap list of clients, `host:port` each: through the proxies, if there are any. */
  readonly brokers: string[];
  /** Bootstrap list that no proxy is part of, nor of the addresses it leads to: for observers. */
  readonly direct: string[];
  readonly nodes: readonly ClusterNode[];
  /** Throws when there is none with this id. */
  node(id: number): ClusterNode;
  /** The id of the active controller; while one is being elected, waits for it (30 s at most). */
  controller(): Promise<number>;
  /** Stops every node cleanly, also a paused one, and gives the folder free. Safe to call twice. */
  stop(): Promise<void>;
}

/** Where one node listens, and what it tells clients. */
export interface NodePorts {
  readonly id: number;
  /** Clients; behind the proxy, if there is one. */
  readonly client: number;
  /** Other brokers, and observers. */
  readonly broker: number;
  readonly controller: number;
  /** The port that clients are told. */
  readonly advertised: number;
}

/**
 * What makes a node part of a cluster of `nodes`: a listener for other brokers that no proxy is part of, one for clients with
 * another advertised address, replicated internal topics, and a dead node noticed within seconds.
 */
export function clusterProperties(node: NodePorts, nodes: number): Properties {
  const replicas = Math.min(3, nodes);
  const inSync = Math.min(2, nodes);
  const at = (port: number): string => `${LOOPBACK}:${port}`;
  return {
    listeners: `CLIENT://${at(node.client)},BROKER://${at(node.broker)},CONTROLLER://${at(node.controller)}`,
    'advertised.listeners': `CLIENT://${at(node.advertised)},BROKER://${at(node.broker)}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'BROKER',
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'unclean.leader.election.enable': false,
    'offsets.topic.num.partitions': 6,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': 6,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    // A dead broker is fenced after this (default 9 s). With less, or with beats (and their deadline) of less than 2 s, a JVM
    // that waits for one of two busy cores is taken for dead, and one that starts never gets its registration through.
    'broker.session.timeout.ms': 6_000,
    'broker.heartbeat.interval.ms': 2_000,
    // A dead controller is noticed after the fetch timeout; the election that follows takes a second or two.
    'controller.quorum.fetch.timeout.ms': 3_000,
    'controller.quorum.request.timeout.ms': 3_000,
    'controller.quorum.election.timeout.ms': 1_000,
    'controller.quorum.election.backoff.max.ms': 1_000,
    // A follower that does not keep up leaves the in-sync replicas after this (default 30 s).
    'replica.lag.time.max.ms': 10_000,
    'replica.fetch.backoff.ms': 250,
    // The leaders go back to where they were, so that faults do not gather on one node; not so soon that it disturbs recovery.
    'leader.imbalance.check.interval.seconds': 60,
    'leader.imbalance.per.broker.percentage': 0,
  };
}

/** Starts a KRaft cluster on loopback; resolves when every node serves. None of its nodes outlives the calling process. */
export async function startKafkaCluster(options: KafkaClusterOptions): Promise<RunningCluster> {
  const dataDir = resolve(options.dataDir);
  assertUsableFolder(dataDir);
  const provisioned = options.provisioned ?? (await provision());
  mkdirSync(dataDir, { recursive: true });
  const lock = lockFolder(dataDir, 'running a Kafka cluster');
  const folderOf = (id: number): string => join(dataDir, `node-${id}`);
  try {
    const plan = await planPorts(options.nodes ?? 3, options.proxyOf);
    const cluster = {
      clusterId: clusterIdOf(folderOf(1)) ?? newClusterId(),
      quorumVoters: plan.map(({ id, controller }) => `${id}@${LOOPBACK}:${controller}`).join(','),
      heapMb: options.heapMb ?? 320,
      timeoutMs: options.timeoutMs ?? 180_000,
      provisioned,
      ...(options.jvmArgs === undefined ? {} : { jvmArgs: options.jvmArgs }),
    };
    const startNode = async (ports: NodePorts): Promise<ClusterNode> => {
      const { id, client, broker, controller } = ports;
      let { advertised } = ports;
      const name = `Kafka node ${id}`;
      const node = await startRestartable(name, async () => {
        await assertPortFree(`${name}, for other brokers,`, broker);
        return startKafka({
          ...cluster,
          dataDir: folderOf(id),
          nodeId: id,
          port: client,
          controllerPort: controller,
          properties: {
            ...clusterProperties({ ...ports, advertised }, plan.length),
            ...options.properties,
          },
        });
      });
      return {
        ...node,
        get part() {
          return node.part;
        },
        id,
        get address() {
          return `${LOOPBACK}:${advertised}`;
        },
        listener: `${LOOPBACK}:${client}`,
        advertise(port) {
          advertised = port;
        },
        logFile: node.part.logFile,
      };
    };
    const nodes = await allOrNone(plan.map(startNode), (node) => node.stop());

    let stopping: Promise<void> | undefined;
    const stopAll = async (): Promise<void> => {
      const results = await Promise.allSettled(nodes.map((node) => node.stop()));
      lock.release();
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    };
    return {
      dataDir,
      brokers: nodes.map(({ address }) => address),
      direct: plan.map(({ broker }) => `${LOOPBACK}:${broker}`),
      nodes,
      node(id) {
        const node = nodes.find((one) => one.id === id);
        if (node === undefined)
          throw new StackError(
            `The cluster has no node ${id}`,
            `Its nodes are ${nodes.map((one) => one.id).join(', ')}`,
          );
        return node;
      },
      controller: () => activeController(nodes, folderOf),
      stop: () => (stopping ??= stopAll()),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function planPorts(count: number, proxyOf: KafkaClusterOptions['proxyOf']): Promise<NodePorts[]> {
  const ports = await steadyPorts(3 * count);
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const id = i + 1;
      const [client = 0, broker = 0, controller = 0] = ports.slice(3 * i);
      const advertised = (await proxyOf?.(`kafka-${id}`, `${LOOPBACK}:${client}`)) ?? client;
      return { id, client, broker, controller, advertised };
    }),
  );
}

/** All that were started, or, when one fails, none of them and its error. */
async function allOrNone<T>(
  starting: readonly Promise<T>[],
  undo: (started: T) => Promise<void>,
): Promise<T[]> {
  const results = await Promise.allSettled(starting);
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return started;
  await Promise.allSettled(started.map(undo));
  throw failed.reason;
}

/** The cluster id that a node's folder was formatted with, if it was. */
function clusterIdOf(folder: string): string | undefined {
  try {
    const meta = readFileSync(join(folder, 'data', 'meta.properties'), 'utf8');
    return /^cluster\.id=(.+)$/m.exec(meta)?.[1];
  } catch {
    return undefined;
  }
}

/** What a node's last vote or look said about the quorum: a file that Kafka replaces in one step. */
interface QuorumState {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

/**
 * Kafka tells clients any broker as "the controller" in KRaft mode, so the answer is read from where the nodes keep it: the
 * leader of the highest epoch, once that is a node which runs.
 */
async function activeController(
  nodes: readonly ClusterNode[],
  folderOf: (id: number) => string,
): Promise<number> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const leader = leaderOf(
      nodes.filter((node) => node.running()).map(({ id }) => quorumState(folderOf(id))),
    );
    const node = nodes.find(({ id }) => id === leader);
    if (node?.running() === true && !node.paused()) return node.id;
    if (performance.now() > deadline)
      throw new StackError(
        'The Kafka cluster elected no controller within 30 s',
        `More than half of its nodes have to run: ${nodes.map((one) => `${one.name} ${one.running() ? (one.paused() ? 'is paused' : 'runs') : 'is down'}`).join(', ')}`,
      );
    await sleep(100);
  }
}

/** The leader of the highest epoch that any of them knows; undefined while that epoch has none. */
export function leaderOf(states: readonly (QuorumState | undefined)[]): number | undefined {
  const known = states.filter((state) => state !== undefined);
  const epoch = Math.max(...known.map(({ leaderEpoch }) => leaderEpoch));
  return known.find(({ leaderEpoch, leaderId }) => leaderEpoch === epoch && leaderId > 0)?.leaderId;
}

function quorumState(folder: string): QuorumState | undefined {
  try {
    const file = join(folder, 'data', '__cluster_metadata-0', 'quorum-state');
    return JSON.parse(readFileSync(file, 'utf8')) as QuorumState;
  } catch {
    return undefined;
  }
}
