import 'reflect-metadata';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyServerFactory } from 'fastify';
import type { z } from 'zod';
import { ADMIN_TOKEN, AdminGuard } from './admin-access';
import { ConfigError, describeConfig, loadConfig } from './config';
import type { kitConfig } from './fragments';
import { createKit, type Kit } from './kit';
import { NestLogger } from './nest-logger';
import { HEALTH, LOG, METRICS, ProbesController } from './probes.controller';

/** The settings of a service: its own, and those of the kit. */
export type ServiceConfig = z.ZodObject<(typeof kitConfig)['shape'] & z.ZodRawShape>;

/** All that tells one service from another. */
export interface ServiceDefinition<S extends ServiceConfig = ServiceConfig> {
  readonly name: string;
  readonly config: S;
  /** Settings from elsewhere, such as a file that a variable names: they count where no variable is set. */
  readonly beneath?: (env: NodeJS.ProcessEnv) => Readonly<Record<string, unknown>>;
  /** The service's one module. */
  readonly module: (config: z.infer<S>, kit: Kit) => DynamicModule | Promise<DynamicModule>;
  /** Connects transports, before anything listens. */
  readonly connect?: (app: NestFastifyApplication, config: z.infer<S>, kit: Kit) => void | Promise<void>;
  /** Makes the HTTP server, for a service that answers some routes below Fastify. */
  readonly serverFactory?: (config: z.infer<S>, kit: Kit) => FastifyServerFactory;
}

export interface RunningService {
  /** Port that was taken. */
  readonly port: number;
  /** The orderly stop, as on SIGTERM, without ending the process. */
  stop(): Promise<void>;
}

@Module({})
class ServiceModule {}

/**
 * Starts a service and does not come back: the whole of a `main.ts`. `--check-config` only reports the configuration;
 * `--describe-config` prints its variables as JSON.
 */
export async function runService<S extends ServiceConfig>(definition: ServiceDefinition<S>): Promise<void> {
  if (process.argv.includes('--describe-config')) {
    process.stdout.write(`${JSON.stringify(describeConfig(definition.config), null, 2)}\n`);
    return;
  }
  const config = readConfig(definition);
  if (process.argv.includes('--check-config')) {
    process.stdout.write(`The configuration of ${definition.name} is valid.\n`);
    return;
  }
  const kit = createKit(definition.name, (config as z.infer<typeof kitConfig>).log.level);
  process.on('unhandledRejection', kit.fatal);
  process.on('uncaughtException', kit.fatal);
  try {
    const service = await startService(definition, config, kit);
    stopOnSignals(service, kit);
  } catch (error) {
    kit.fatal(error);
  }
}

/** Starts a service in this process. `runService` adds signals and the exit code. */
export async function startService<S extends ServiceConfig>(
  definition: ServiceDefinition<S>,
  config: z.infer<S>,
  kit: ReturnType<typeof createKit>,
): Promise<RunningService> {
  const { http, admin, drain } = config as z.infer<typeof kitConfig>;
  const serverFactory = definition.serverFactory?.(config, kit);
  const adapter = new FastifyAdapter({
    forceCloseConnections: 'idle',
    requestTimeout: 15_000,
    keepAliveTimeout: 75_000,
    ...(serverFactory ? { serverFactory } : {}),
  });
  const root: DynamicModule = {
    module: ServiceModule,
    imports: [await definition.module(config, kit)],
    controllers: [ProbesController],
    providers: [
      { provide: HEALTH, useValue: kit.health },
      { provide: METRICS, useValue: kit.metrics },
      { provide: LOG, useValue: kit.log },
      { provide: ADMIN_TOKEN, useValue: admin.token },
      AdminGuard,
    ],
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLogger(kit.log),
    abortOnError: false,
  });
  let started = false;
  kit.health.readiness('start', () => (started ? null : 'The service is still starting.'));
  await definition.connect?.(app, config, kit);
  await listen(app, http);
  await app.startAllMicroservices();
  started = true;
  const port = portOf(app);
  kit.log.info({ port, version: kit.version }, `${definition.name} is ready on port ${port}`);
  return { port, stop: () => drainAndClose(app, kit, drain.timeoutMs) };
}

async function listen(
  app: NestFastifyApplication,
  { host, port }: { host: string; port: number },
): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(
      `Port ${port} on ${host} is taken by another program. Stop that program, or set HTTP__PORT to a free port.`,
      { cause: error },
    );
  }
}

function portOf(app: NestFastifyApplication): number {
  const address = app.getHttpServer().address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function readConfig<S extends ServiceConfig>(definition: ServiceDefinition<S>): z.infer<S> {
  try {
    return loadConfig(definition.config, process.env, definition.beneath?.(process.env));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`headwater ${definition.name}: ${error.message}\n`);
    process.exit(2);
  }
}

function stopOnSignals(service: RunningService, kit: Kit): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    kit.log.info({ signal }, `${kit.name} got ${signal}: it finishes its accepted work and stops`);
    service.stop().then(() => process.exit(0), kit.fatal);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function drainAndClose(
  app: NestFastifyApplication,
  kit: ReturnType<typeof createKit>,
  timeoutMs: number,
): Promise<void> {
  kit.health.startDraining();
  const deadline = new Promise<never>((_resolve, reject) => {
    setTimeout(() => {
      reject(
        new Error(
          `Draining took longer than ${timeoutMs} ms. What was not finished is redelivered; raise DRAIN__TIMEOUT_MS if this repeats.`,
        ),
      );
    }, timeoutMs).unref();
  });
  await Promise.race([deadline, drainSteps(app, kit)]);
  kit.log.info(`${kit.name} has stopped`);
  kit.log.flush();
}

async function drainSteps(app: NestFastifyApplication, kit: ReturnType<typeof createKit>): Promise<void> {
  for (const { step, run } of kit.drainSteps) {
    await run();
    kit.log.debug({ step }, `Drained: ${step}`);
  }
  await app.close();
}
