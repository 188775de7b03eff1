import { createMembership } from '@headwater/apps';
import { createPseudonyms } from '@headwater/enrichment';
import { connectKafka, connectRegistry, TransactionalServer } from '@headwater/kafka';
import {
  CountryDatabase,
  customEnrichmentsOf,
  enrichmentsFile,
  knownMarkedPaths,
  openAppRegistry,
} from '@headwater/look-ups';
import type { Kit, ServiceDefinition } from '@headwater/service-kit';
import { Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { config, type EnricherConfig } from './config';
import { enricherStages } from './enricher-stage';
import { EnricherController, STAGES } from './enricher.controller';

@Module({})
class EnricherModule {}

/** The enricher: reads collector-payloads and replays, writes enriched-events, failed-events and stage-counts. */
export const definition: ServiceDefinition<typeof config> = {
  name: 'enricher',
  config,
  beneath: (env) => ({ enrichments: enrichmentsFile(env) }),
  module: moduleOf,
  connect,
};

function moduleOf(settings: EnricherConfig, kit: Kit): DynamicModule {
  const countries = new CountryDatabase({
    path: settings.country.database,
    log: kit.log,
    metrics: kit.metrics,
  });
  const custom = customEnrichmentsOf(settings.enrichments, kit.log);
  const registry = openAppRegistry(settings.apps);
  const stages = enricherStages({
    processor: `headwater-enricher/${kit.version}`,
    lookUps: {
      countryOf: countries.countryOf,
      pseudonyms: createPseudonyms(settings.pseudonym.keys),
      markedPaths: knownMarkedPaths(settings.iglu),
    },
    config: settings.enrichments,
    custom,
    membership: registry && createMembership(registry, settings.apps),
  });
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
  });
  kit.onDrain('batches', () => server.close());
  if (custom) kit.onDrain('custom enrichments', () => custom.close());
  return {
    module: EnricherModule,
    controllers: [EnricherController],
    providers: [
      { provide: CountryDatabase, useValue: countries },
      { provide: STAGES, useValue: stages },
      { provide: TransactionalServer, useValue: server },
    ],
  };
}

/** A broker, registry or database that is not there makes the service not ready, never a crash loop. */
async function connect(app: NestFastifyApplication, _config: EnricherConfig, kit: Kit): Promise<void> {
  const [countries, server] = [app.get(CountryDatabase), app.get(TransactionalServer)];
  kit.health.readiness('country database', () => countries.notReady());
  kit.health.readiness('kafka', () => server.notReady());
  kit.health.liveness('kafka', () => server.notLive());
  kit.onDrain('country database', () => {
    countries.stop();
    return Promise.resolve();
  });
  await countries.start();
  app.connectMicroservice({ strategy: server });
}
