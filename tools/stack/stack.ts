import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startClickHouse, type RunningClickHouse } from './clickhouse';
import { assertUsableFolder } from './data-folder';
import { startKafka, type RunningKafka } from './kafka';
import { tryLock, type Lock, type LockHolder } from './lock-file';
import { assertPortFree, freePorts, namedPorts, usualPorts, type StackPorts } from './ports';
import { provision, type Progress } from './provision';
import { startRegistry, type RunningRegistry } from './registry';
import { StackError } from './stack-error';

export interface StackOptions {
  /** Folder of everything the stack keeps: topics, schemas, tables, logs. One stack at a time per folder. */
  readonly dataDir: string;
  /** `'free'` (the default) takes ports nobody uses; `'usual'` the well-known ones; or name them, the rest is free. */
  readonly ports?: 'free' | 'usual' | Partial<StackPorts>;
  /** Empties the folder's Kafka, registry and ClickHouse first. */
  readonly fresh?: boolean;
  /** One line for a person, now and then. */
  readonly onProgress?: Progress;
}

export interface Stack {
  readonly dataDir: string;
  readonly kafka: RunningKafka;
  readonly registry: RunningRegistry;
  readonly clickhouse: RunningClickHouse;
  /** Stops the three cleanly and gives the folder free. Safe to call twice. */
  stop(): Promise<void>;
}

/** The folders of a data directory, one per part. */
const stackFolders = ['kafka', 'registry', 'clickhouse'] as const;

/**
 * Starts Kafka, the schema registry and ClickHouse side by side on the loopback interface. None of them outlives the calling
 * process, however that ends.
 *
 * @throws StackError with one sentence and the fix: folder in use, port in use, Java or Maven missing, a part that would not start.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dataDir = resolve(options.dataDir);
  assertUsableFolder(dataDir);
  const onProgress = options.onProgress ?? (() => undefined);
  const lock = lockFolder(dataDir);
  try {
    const provisioned = await provision(onProgress);
    if (options.fresh === true)
      for (const folder of stackFolders) rmSync(join(dataDir, folder), { recursive: true, force: true });
    for (const folder of stackFolders) mkdirSync(join(dataDir, folder), { recursive: true });
    const ports = await choosePorts(options.ports ?? 'free');
    for (const [part, port] of namedPorts(ports)) await assertPortFree(part, port);

    const timed = async <T>(name: string, start: Promise<T>): Promise<T> => {
      const from = performance.now();
      const started = await start;
      onProgress(`${name} is ready (${((performance.now() - from) / 1000).toFixed(1)} s)`);
      return started;
    };
    const results = await Promise.allSettled([
      timed(
        'Kafka',
        startKafka({
          dataDir: join(dataDir, 'kafka'),
          port: ports.kafka,
          controllerPort: ports.kafkaController,
          provisioned,
        }),
      ),
      timed(
        'the schema registry',
        startRegistry({ dataDir: join(dataDir, 'registry'), port: ports.registry, provisioned }),
      ),
      timed('ClickHouse', startClickHouse({ dataDir: join(dataDir, 'clickhouse'), port: ports.clickhouse })),
    ]);
    const [first, second, third] = results;
    if (first.status === 'rejected' || second.status === 'rejected' || third.status === 'rejected') {
      await Promise.allSettled(
        results.map(async (result) => {
          if (result.status === 'fulfilled') await result.value.stop();
        }),
      );
      throw results.find((result) => result.status === 'rejected')?.reason;
    }
    const [kafka, registry, clickhouse] = [first.value, second.value, third.value];
    let stopping: Promise<void> | undefined;
    const stopAll = async (): Promise<void> => {
      const results = await Promise.allSettled([kafka.stop(), registry.stop(), clickhouse.stop()]);
      lock.release();
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    };
    return { dataDir, kafka, registry, clickhouse, stop: () => (stopping ??= stopAll()) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Takes a data folder for this process. Throws a StackError that names the process which has it. */
export function lockFolder(dataDir: string, what = 'running the embedded stack'): Lock {
  const taken = tryLock(join(dataDir, 'stack.lock'), what);
  if ('lock' in taken) return taken.lock;
  throw folderInUse(dataDir, taken.holder);
}

/** The error for a data folder that another process runs a stack on. */
export function folderInUse(dataDir: string, holder: LockHolder): StackError {
  return new StackError(
    `The data folder ${dataDir} is used by process ${holder.pid}, ${holder.what} since ${holder.since}`,
    `Stop it (\`kill ${holder.pid}\`) or choose another folder with --data`,
  );
}

async function choosePorts(wanted: 'free' | 'usual' | Partial<StackPorts>): Promise<StackPorts> {
  if (wanted === 'usual') return usualPorts;
  const [kafka = 0, kafkaController = 0, registry = 0, clickhouse = 0] = await freePorts(4);
  return { kafka, kafkaController, registry, clickhouse, ...(wanted === 'free' ? {} : wanted) };
}
