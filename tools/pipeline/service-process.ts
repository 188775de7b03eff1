import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ServiceName } from '@headwater/contracts';
import {
  launch,
  LOOPBACK,
  StackError,
  waitUntilReady,
  type Endpoints,
  type ManagedProcess,
} from '@headwater/stack';
import { nodeOptions, services, type Secrets, type ServicePlan } from './services';

const root = resolve(__dirname, '../..');
export const node = join(root, 'node_modules/node/bin/node');
/** Folder of the bundles that `npm run build` makes. */
export const builtServices = join(root, 'dist/services');
const START_TIMEOUT_MS = 60_000;

/** One service: a process that can be killed, paused and started again on the same port. */
export interface PipelineService {
  readonly name: ServiceName;
  readonly url: string;
  readonly logFile: string;
  /** Folder with the bundle of each service; what is set here counts from the next start on. */
  bundles: string;
  /** Settings on top of all others, from the next start on. */
  settings: Readonly<Record<string, string>>;
  pid(): number;
  running(): boolean;
  /** Starts it, or starts it again after it ended. Resolves once it is ready, or at once when nobody waits for that. */
  start(until?: 'ready' | 'launched'): Promise<void>;
  /** Resolves once it is ready. @throws StackError when it ends first, or takes longer than a minute */
  ready(): Promise<void>;
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it is gone, with its exit code. */
  stop(): Promise<number>;
  /** SIGSTOP: it neither works nor ends, as on a machine that hangs. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
}

export interface ServiceOptions {
  readonly name: ServiceName;
  /** Tells several of a kind apart, in folders and logs. Default: the name. */
  readonly instance?: string;
  readonly endpoints: Endpoints;
  /** Folder for logs and the secrets of this installation. */
  readonly dataDir: string;
  readonly port: number;
  /** Settings on top of the plan. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A service that is not started yet. */
export function serviceProcess(options: ServiceOptions): PipelineService {
  const { name, dataDir, port, instance = name } = options;
  const plan = planOf(name);
  const url = `http://${LOOPBACK}:${String(port)}`;
  const logFile = join(dataDir, 'logs', `${instance}.log`);
  let child: ManagedProcess | null = null;
  const current = (): ManagedProcess => child ?? raise(`${instance} has not been started yet.`);
  const ready = (): Promise<void> =>
    waitUntilReady(
      current(),
      instance,
      async () => (await fetch(`${url}/health/ready`)).ok,
      START_TIMEOUT_MS,
    );
  return {
    name,
    url,
    logFile,
    bundles: builtServices,
    settings: {},
    pid: () => current().pid,
    running: () => child?.exitCode() === null,
    async kill() {
      await child?.kill();
    },
    async stop() {
      await child?.stop(30_000);
      return child?.exitCode() ?? 0;
    },
    pause() {
      process.kill(current().pid, 'SIGSTOP');
    },
    resume() {
      if (current().exitCode() === null) process.kill(current().pid, 'SIGCONT');
    },
    ready,
    async start(until = 'ready') {
      child = await launch({
        name: instance,
        command: node,
        args: [
          '--disable-warning=TimeoutNegativeWarning',
          '--enable-source-maps',
          bundleOf(name, this.bundles),
        ],
        cwd: workFolder(dataDir, instance),
        env: {
          ...process.env,
          ...plan.env(options.endpoints, secretsOf(dataDir)),
          REGISTRY__IDS_FILE: join(workFolder(dataDir, instance), 'schema-ids.json'),
          HTTP__HOST: LOOPBACK,
          HTTP__PORT: String(port),
          ...options.env,
          ...this.settings,
          NODE_OPTIONS: [
            nodeOptions(name),
            ...[process.env, options.env, this.settings].map((env) => env?.['NODE_OPTIONS']),
          ]
            .filter(Boolean)
            .join(' '),
        },
        logFile,
      });
      if (until === 'ready') await ready();
    },
  };
}

/** A folder of its own for each program: the stack sees by it that two of a kind never run at once. */
export function workFolder(dataDir: string, name: string): string {
  const folder = join(dataDir, 'work', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The bundle of a service, the jobs or the command line. */
export function bundleOf(name: string, bundles = builtServices): string {
  const file = join(bundles, name, 'main.js');
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

function planOf(name: ServiceName): ServicePlan {
  return services.find((plan) => plan.name === name) ?? raise(`There is no service ${name}.`);
}

function raise(message: string): never {
  throw new Error(message);
}
