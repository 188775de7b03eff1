import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { classArchive } from './class-archive';
import { assertUsableFolder } from './data-folder';
import { launch, waitUntilReady } from './managed-process';
import { assertPortFree, LOOPBACK } from './ports';
import { renderProperties, type Properties } from './properties';
import { provision, type Provisioned } from './provision';
import { messageOf, StackError } from './stack-error';

export interface KafkaOptions {
  /** Folder of this node alone: its data, settings and logs. Kept over restarts. */
  readonly dataDir: string;
  readonly port: number;
  readonly controllerPort: number;
  /** Default 1. Nodes of one cluster need different ones, the same `clusterId` and the same `quorumVoters`. */
  readonly nodeId?: number;
  /** 22 characters of base64url; made up on the first start when left out. */
  readonly clusterId?: string;
  /** `id@host:port,…` of all controllers. Default: this node alone. */
  readonly quorumVoters?: string;
  /** Added to the node's settings, and win over them: listeners with SASL, replication factors, limits. */
  readonly properties?: Properties;
  /** More arguments for formatting the folder, e.g. `--add-scram` with the users that are there from the start. */
  readonly formatArgs?: readonly string[];
  /** More arguments for the JVM, e.g. `-Djava.security.auth.login.config=…`; they win over the built-in ones. */
  readonly jvmArgs?: readonly string[];
  /** `-Xmx` of the broker, in MiB. Default 512. */
  readonly heapMb?: number;
  readonly timeoutMs?: number;
  /** What `provision()` returned; called when left out. */
  readonly provisioned?: Provisioned;
}

export interface RunningKafka {
  /** Bootstrap list, `host:port`. */
  readonly brokers: string[];
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<number>;
  /** Clean stop: the log is flushed and the next start needs no recovery. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/**
 * The settings of one combined broker and controller, tuned for a laptop: few internal partitions and threads, small
 * buffers, no replication, groups that form at once. Topics are never made by accident.
 */
export function kafkaProperties(options: KafkaOptions): Properties {
  const nodeId = options.nodeId ?? 1;
  const listener = `${LOOPBACK}:${options.port}`;
  return {
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': options.quorumVoters ?? `${nodeId}@${LOOPBACK}:${options.controllerPort}`,
    listeners: `PLAINTEXT://${listener},CONTROLLER://${LOOPBACK}:${options.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${listener}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(options.dataDir, 'data'),
    'auto.create.topics.enable': false,
    'num.partitions': 1,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 100,
    'broker.heartbeat.interval.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    'num.recovery.threads.per.data.dir': 2,
    // The default, 128 MiB, is taken from the heap at start.
    'log.cleaner.dedupe.buffer.size': 8 * 1024 * 1024,
    'log.cleaner.io.buffer.size': 128 * 1024,
    ...options.properties,
  };
}

/** Kafka logs through log4j 2: one rolling file, at most 3 × 10 MB. */
function log4jProperties(logFile: string): Properties {
  return {
    'appender.file.type': 'RollingFile',
    'appender.file.name': 'file',
    'appender.file.fileName': logFile,
    'appender.file.filePattern': `${logFile}.%i`,
    'appender.file.layout.type': 'PatternLayout',
    'appender.file.layout.pattern': '[%d{ISO8601}] %p %m (%c)%n',
    'appender.file.policies.type': 'Policies',
    'appender.file.policies.size.type': 'SizeBasedTriggeringPolicy',
    'appender.file.policies.size.size': '10MB',
    'appender.file.strategy.type': 'DefaultRolloverStrategy',
    'appender.file.strategy.max': 2,
    'rootLogger.level': 'INFO',
    'rootLogger.appenderRef.file.ref': 'file',
  };
}

/** Formats the folder on its first start, starts the broker, and resolves when it serves clients. */
export async function startKafka(options: KafkaOptions): Promise<RunningKafka> {
  assertUsableFolder(options.dataDir);
  const { java, kafkaLibs, archives } = options.provisioned ?? (await provision());
  await assertPortFree('Kafka', options.port);
  await assertPortFree("Kafka's controller", options.controllerPort);

  const { dataDir } = options;
  const settings = join(dataDir, 'server.properties');
  const log4j = join(dataDir, 'log4j2.properties');
  const logFile = join(dataDir, 'kafka.log');
  const temp = join(dataDir, 'tmp');
  mkdirSync(join(dataDir, 'data'), { recursive: true });
  rmSync(temp, { recursive: true, force: true });
  mkdirSync(temp);
  writeFileSync(settings, renderProperties(kafkaProperties(options)));
  writeFileSync(log4j, renderProperties(log4jProperties(logFile)));

  const jvm = (heapMb: number): string[] => [
    '-Xms64m',
    `-Xmx${heapMb}m`,
    '-XX:+UseSerialGC',
    // Without the optimising compiler a start takes 40 % less processor time, and steady traffic costs little more.
    '-XX:TieredStopAtLevel=1',
    '-XX:-UsePerfData',
    `-Djava.io.tmpdir=${temp}`,
    `-Dlog4j2.configurationFile=${pathToFileURL(log4j).href}`,
    '-Djava.awt.headless=true',
    '-cp',
    join(kafkaLibs, '*'),
  ];
  const archive = classArchive(archives.kafka, temp);
  if (!existsSync(join(dataDir, 'data', 'meta.properties'))) {
    const clusterId = options.clusterId ?? newClusterId();
    // Only the broker's own run fills the archive.
    const known = existsSync(archives.kafka) ? archive.jvmArgs : [];
    await format(java, [...jvm(256), ...known], clusterId, settings, dataDir, options.formatArgs);
  }

  const from = sizeOf(logFile);
  const child = await launch({
    name: 'Kafka',
    command: java,
    args: [
      ...jvm(options.heapMb ?? 512),
      ...archive.jvmArgs,
      ...(options.jvmArgs ?? []),
      'kafka.Kafka',
      settings,
    ],
    cwd: dataDir,
    logFile: join(dataDir, 'kafka.out'),
  });
  const started = `[KafkaRaftServer nodeId=${options.nodeId ?? 1}] Kafka Server started`;
  await waitUntilReady(
    { ...child, logFile },
    'Kafka',
    () => Promise.resolve(textFrom(logFile, from).includes(started)),
    options.timeoutMs ?? 60_000,
  );
  void child.exited.then((code) => {
    archive.keep(code);
  });
  return {
    brokers: [`${LOOPBACK}:${options.port}`],
    pid: child.pid,
    logFile,
    exited: child.exited,
    // A controlled shutdown takes a second; writing the class archive, on the first stop, some more.
    stop: () => child.stop(30_000),
    kill: () => child.kill(),
  };
}

async function format(
  java: string,
  jvm: string[],
  clusterId: string,
  settings: string,
  cwd: string,
  more: readonly string[] = [],
): Promise<void> {
  const args = [
    ...jvm,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    clusterId,
    '-c',
    settings,
    '--ignore-formatted',
    ...more,
  ];
  try {
    await promisify(execFile)(java, args, { cwd });
  } catch (error) {
    throw new StackError(
      `Kafka's data folder ${cwd} could not be formatted: ${messageOf(error)}`,
      'Check that the folder is writable and that its disk has room',
      { cause: error },
    );
  }
}

/** Kafka's own shape of a cluster id: 16 random bytes, base64url. A leading dash would read as an option. */
export function newClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** What was appended to the log since it had `from` bytes; all of it when it has been rolled over since. */
function textFrom(file: string, from: number): string {
  const size = sizeOf(file);
  const start = size < from ? 0 : from;
  if (size === start) return '';
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(size - start);
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, start));
  } finally {
    closeSync(fd);
  }
}
