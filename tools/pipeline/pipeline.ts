import { join } from 'node:path';
import type { ServiceName } from '@headwater/contracts';
import { assertPortFree, freePorts, lastLines, launch, StackError, type Endpoints } from '@headwater/stack';
import { bundleOf, node, serviceProcess, workFolder, type PipelineService } from './service-process';
import { addressesOf, nodeOptions, services } from './services';

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

export interface Pipeline {
  readonly collectorUrl: string;
  readonly services: ReadonlyMap<ServiceName, PipelineService>;
  service(name: ServiceName): PipelineService;
  /** Stops the services in the order of the flow, so that each finishes what the one before it sent. */
  stop(): Promise<void>;
}

export interface PrepareOptions {
  readonly onProgress?: (line: string) => void;
  /** Settings on top of the plan. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folder with the bundle of the jobs. */
  readonly bundles?: string;
}

/** Creates topics, registers schemas and migrates tables, with the same program that the chart's jobs run. */
export async function prepare(
  endpoints: Endpoints,
  dataDir: string,
  { onProgress, env, bundles }: PrepareOptions = {},
): Promise<void> {
  for (const job of ['topics', 'schemas', 'migrate']) {
    const started = performance.now();
    const child = await launch({
      name: `the job ${job}`,
      command: node,
      args: [bundleOf('jobs', bundles), job],
      cwd: workFolder(dataDir, `job-${job}`),
      env: {
        ...process.env,
        ...addressesOf(endpoints),
        TOPICS__SIZING: 'embedded',
        NODE_OPTIONS: nodeOptions(),
        ...env,
      },
      logFile: join(dataDir, 'logs', `job-${job}.log`),
    });
    if ((await child.exited) !== 0)
      throw new StackError(
        `The job "${job}" failed`,
        `Its log is ${child.logFile} and ends with:\n${lastLines(child.logFile, 12)}\n`,
      );
    onProgress?.(`job ${job} is done (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  }
}

/** Starts the services side by side and resolves once all are ready. If one does not start, the others are stopped. */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const names = services.map(({ name }) => name).filter((name) => !(options.without ?? []).includes(name));
  const ports = await freePorts(names.length);
  if (options.collectorPort !== undefined) await assertPortFree('the collector', options.collectorPort);

  const running = names.map((name, index) =>
    serviceProcess({
      name,
      endpoints: options.endpoints,
      dataDir: options.dataDir,
      port: (name === 'collector' ? options.collectorPort : undefined) ?? ports[index] ?? 0,
      env: { ...options.env?.all, ...options.env?.[name] },
    }),
  );
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

function raise(message: string): never {
  throw new Error(message);
}
