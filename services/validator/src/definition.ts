import { randomInt } from 'node:crypto';
import { connectKafka, connectRegistry, TransactionalServer } from '@headwater/kafka';
import { openResolver } from '@headwater/look-ups';
import type { Kit, ServiceDefinition } from '@headwater/service-kit';
import { Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { config, type ValidatorConfig } from './config';
import { DuplicateWindows } from './duplicate-windows';
import { ValidatorController, VALIDATOR, type ValidatorParts } from './validator.controller';
import { validatorMetrics, type ValidatorMetrics } from './validator-metrics';

const MINUTE = 60_000;
const WORD = 2 ** 32;

@Module({})
class ValidatorModule {}

/** The validator: reads enriched-events, writes valid-events, failed-events and stage-counts. */
export const definition: ServiceDefinition<typeof config> = {
  name: 'validator',
  config,
  module: moduleOf,
  connect,
};

function moduleOf({ duplicates, iglu, ...settings }: ValidatorConfig, kit: Kit): DynamicModule {
  const windows = new DuplicateWindows({
    windowMs: duplicates.windowMinutes * MINUTE,
    maxEvents: duplicates.maxEvents,
    // The hash is only compared within this process: what it starts from must not be guessed, and need not be kept.
    seed: [randomInt(WORD), randomInt(WORD)],
  });
  const { resolver, close } = openResolver(iglu, (result) => {
    metrics.onLookUp(result);
  });
  const metrics: ValidatorMetrics = validatorMetrics(kit.metrics, windows, () => resolver.size);
  const server = new TransactionalServer({
    kafka: connectKafka(settings.kafka, kit),
    registry: connectRegistry(settings.registry, kit),
    group: kit.name,
    sessionTimeoutMs: settings.kafka.sessionTimeoutMs,
    skipBatches: settings.kafka.skipBatches,
    batch: settings.batch,
    log: kit.log,
    metrics: kit.metrics,
    onFatal: kit.fatal,
    onAssigned: (assignment) => windows.assigned(assignment),
    onRevoked: (_topic, partition) => {
      windows.revoked(partition);
    },
  });
  kit.onDrain('batches', () => server.close());
  kit.onDrain('schema registries', close);
  const parts: ValidatorParts = {
    processor: `headwater-validator/${kit.version}`,
    windows,
    resolver,
    onRepeat: metrics.onRepeat,
  };
  return {
    module: ValidatorModule,
    controllers: [ValidatorController],
    providers: [
      { provide: VALIDATOR, useValue: parts },
      { provide: TransactionalServer, useValue: server },
    ],
  };
}

function connect(app: NestFastifyApplication, _config: ValidatorConfig, kit: Kit): void {
  const server = app.get(TransactionalServer);
  kit.health.readiness('kafka', () => server.notReady());
  kit.health.liveness('kafka', () => server.notLive());
  app.connectMicroservice({ strategy: server });
}
