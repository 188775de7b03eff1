import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ServiceName } from '@headwater/contracts';
import {
  assertPortFree,
  freePorts,
  lastLines,
  launch,
  LOOPBACK,
  StackError,
  waitUntilReady,
  type Endpoints,
  type ManagedProcess,
} from '@headwater/stack';
import { nodeOptions, services, type Secrets, type ServicePlan } from './services';

const root = resolve(__dirname, '../..');
const node = join(root, 'node_modules/node/bin/node');
const START_TIMEOUT_MS = 60_000;

export interface PipelineOptions {
  readonly endpoints: Endpoints;
  /** Folder for logs and the secrets of this installation. */
  readonly dataDir: string;
  /** Port of the collector; a free one when left out. The other services always take free ones. */
  readonly collectorPort?: number;
  /** Settings on top of the plan, by service; `all` goes to each. */
  readonly env?: Partial<Record<ServiceName | 'all', Readonly<Record<string, string>>>>;
  /** Services to leave out. */
  readonly without?: readonly ServiceName[];
  readonly onProgress?: (line: string) => void;
}

/** One service of the pipeline: a process that can be killed and started again on the same port. */
export interface PipelineService {
  readonly name: ServiceName;
  readonly url: string;
  readonly logFile: string;
  pid(): number;
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it is gone, with its exit code. */
  stop(): Promise<number>;
  /** Starts it again, after it ended. Resolves once it is ready. */
  start(): Promise<void>;
  running(): boolean;
}

export interface Pipeline {
  readonly collectorUrl: string;
  readonly services: ReadonlyMap<ServiceName, PipelineService>;
  service(name: ServiceName): PipelineService;
  /** Stops the services in the order of the flow, so that each finishes what the one before it sent. */
  stop(): Promise<void>;
}

/** Creates topics, registers schemas and migrates tables, with the same program that the chart's jobs run. */
export async function prepare(
  endpoints: Endpoints,
  dataDir: string,
  onProgress: (line: string) => void = () => undefined,
): Promise<void> {
  for (const job of ['topics', 'schemas', 'migrate']) {
    const started = performance.now();
    const child = await launch({
      name: `the job ${job}`,
      command: node,
      args: [bundle('jobs'), job],
      cwd: workFolder(dataDir, `job-${job}`),
      env: {
        ...process.env,
        KAFKA__BROKERS: endpoints.brokers,
        REGISTRY__URL: endpoints.registryUrl,
        CLICKHOUSE__URL: endpoints.clickhouseUrl,
        TOPICS__SIZING: 'embedded',
        NODE_OPTIONS: nodeOptions(),
      },
      logFile: join(dataDir, 'logs', `job-${job}.log`),
    });
    if ((await child.exited) !== 0)
      throw new StackError(
        `The job "${job}" failed`,
        `Its log is ${child.logFile} and ends with:\n${lastLines(child.logFile, 12)}\n`,
      );
    onProgress(`job ${job} is done (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  }
}

/** Starts the services side by side and resolves once all are ready. If one does not start, the others are stopped. */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const plans = services.filter(({ name }) => !(options.without ?? []).includes(name));
  const secrets = secretsOf(options.dataDir);
  const ports = await freePorts(plans.length);
  if (options.collectorPort !== undefined) await assertPortFree('the collector', options.collectorPort);

  const running = plans.map((plan, index) => {
    const port =
      plan.name === 'collector' && options.collectorPort !== undefined
        ? options.collectorPort
        : (ports[index] ?? 0);
    return serviceProcess(plan, port, options, secrets);
  });
  const starts = await Promise.allSettled(
    running.map(async (service) => {
      const started = performance.now();
      await service.start();
      options.onProgress?.(
        `${service.name} is ready (${((performance.now() - started) / 1000).toFixed(1)} s)`,
      );
    }),
  );
  const byName = new Map(running.map((service) => [service.name, service]));
  const stop = async (): Promise<void> => {
    for (const service of running) await service.stop();
  };
  const failed = starts.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return {
    collectorUrl: byName.get('collector')?.url ?? '',
    services: byName,
    service: (name) => byName.get(name) ?? raise(`The pipeline was started without ${name}.`),
    stop,
  };
}

function serviceProcess(
  plan: ServicePlan,
  port: number,
  options: PipelineOptions,
  secrets: Secrets,
): PipelineService {
  const url = `http://${LOOPBACK}:${String(port)}`;
  const logFile = join(options.dataDir, 'logs', `${plan.name}.log`);
  let child: ManagedProcess | null = null;
  const current = (): ManagedProcess => child ?? raise(`${plan.name} has not been started yet.`);
  return {
    name: plan.name,
    url,
    logFile,
    pid: () => current().pid,
    running: () => child?.exitCode() === null,
    async kill() {
      await child?.kill();
    },
    async stop() {
      await child?.stop(30_000);
      return child?.exitCode() ?? 0;
    },
    async start() {
      child = await launch({
        name: plan.name,
        command: node,
        args: ['--disable-warning=TimeoutNegativeWarning', '--enable-source-maps', bundle(plan.name)],
        cwd: workFolder(options.dataDir, plan.name),
        env: {
          ...process.env,
          NODE_OPTIONS: `${nodeOptions(plan.name)} ${process.env['NODE_OPTIONS'] ?? ''}`.trim(),
          ...plan.env(options.endpoints, secrets),
          HTTP__HOST: LOOPBACK,
          HTTP__PORT: String(port),
          ...options.env?.all,
          ...options.env?.[plan.name],
        },
        logFile,
      });
      await waitUntilReady(
        child,
        plan.name,
        async () => (await fetch(`${url}/health/ready`)).ok,
        START_TIMEOUT_MS,
      );
    },
  };
}

/** A folder of its own for each program: the stack sees by it that two of a kind never run at once. */
function workFolder(dataDir: string, name: string): string {
  const folder = join(dataDir, 'work', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function bundle(name: string): string {
  const file = join(root, 'dist/services', name, 'main.js');
  if (!existsSync(file)) throw new StackError(`${file} is not there`, 'Run `npm run build` first');
  return file;
}

function secretsOf(dataDir: string): Secrets {
  const file = join(dataDir, 'pseudonym-keys.json');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, JSON.stringify([{ id: 'embedded-1', secret: randomBytes(32).toString('base64') }]), {
      mode: 0o600,
    });
  }
  return { pseudonymKeys: readFileSync(file, 'utf8') };
}

function raise(message: string): never {
  throw new Error(message);
}
