import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { ServiceName } from '@headwater/contracts';
import { startPipeline } from '@headwater/pipeline';
import { freePorts, launch as launchProcess, LOOPBACK, waitUntilReady } from '@headwater/stack';
import type { Contender } from './contenders/contender';
import { services } from './services';
import { node, program, type Workbench } from './workbench';

const START_TIMEOUT_MS = 90_000;

/** A contender that runs. */
export interface Running {
  readonly pid: number;
  readonly port: number;
  /** False once it has ended by itself. */
  alive(): boolean;
  stop(): Promise<void>;
}

/** What a contender is told besides its own settings. */
export interface Assignment {
  readonly group: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether it listens: a stage does not. Default true. */
  readonly listens?: boolean;
}

/** Starts a contender on the processor of servers. It is stopped with the bench if nobody does it before. */
export async function start(
  bench: Workbench,
  contender: Contender,
  assignment: Assignment,
): Promise<Running> {
  const { start: how } = contender;
  const running = await (how.kind === 'service'
    ? startService(bench, how.service, how.settings)
    : startProgram(bench, contender, assignment));
  bench.processors.pinServer(running.pid);
  return bench.parts.add(running);
}

async function startService(
  bench: Workbench,
  service: ServiceName,
  settings: Readonly<Record<string, string>>,
): Promise<Running> {
  const pipeline = await startPipeline({
    endpoints: bench.endpoints,
    dataDir: bench.dir,
    without: services.filter((name) => name !== service),
    env: { all: { NODE_ENV: 'production' }, [service]: settings },
  });
  const only = pipeline.service(service);
  return {
    pid: only.pid(),
    port: Number(new URL(only.url).port),
    alive: () => only.running(),
    stop: () => pipeline.stop(),
  };
}

async function startProgram(
  bench: Workbench,
  contender: Contender,
  assignment: Assignment,
): Promise<Running> {
  const { start: how, name } = contender;
  if (how.kind === 'service') throw new Error('A service is started by the pipeline.');
  const [free = 0] = await freePorts(1);
  const port = how.kind === 'command' ? (how.port ?? free) : free;
  const topic = contender.topic ?? '';
  const { brokers, registryUrl, clickhouseUrl } = bench.endpoints;
  const words =
    how.kind === 'program'
      ? [node, program(bench, how.program)]
      : [
          '/bin/sh',
          '-c',
          filled(how.command, {
            port: String(port),
            brokers,
            registry: registryUrl,
            topic,
            group: assignment.group,
          }),
        ];
  const [command = '', ...args] = words;
  // A folder of its own: `launch` lets only one program run in a folder.
  const label = name.replace(/[^A-Za-z0-9]+/g, '-');
  const cwd = join(bench.dir, 'cwd', label);
  await mkdir(cwd, { recursive: true });
  const child = await launchProcess({
    name,
    command,
    args,
    cwd,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(port),
      BROKERS: brokers,
      REGISTRY: registryUrl,
      CLICKHOUSE: clickhouseUrl,
      TOPIC: topic,
      GROUP: assignment.group,
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
      ...(how.kind === 'program' ? how.settings : {}),
      ...assignment.settings,
    },
    logFile: join(bench.dir, 'logs', `${label}.log`),
  });
  const running: Running = {
    pid: child.pid,
    port,
    alive: () => child.exitCode() === null,
    stop: () => child.stop(10_000),
  };
  if (assignment.listens !== false) await waitUntilReady(child, name, () => accepts(port), START_TIMEOUT_MS);
  return running;
}

/** Puts values into `{name}`s. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port });
    const settle = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', settle(true));
    socket.once('error', settle(false));
  });
}
