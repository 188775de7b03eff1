import { setTimeout as delay } from 'node:timers/promises';
import { ClickHouse } from '@headwater/clickhouse';
import { topics } from '@headwater/contracts';
import {
  connectKafka,
  connectRegistry,
  ObservingServer,
  TopicInspector,
  TopicWriter,
} from '@headwater/kafka';
import { QualityMonitor } from '@headwater/quality';
import type { Kit, ServiceDefinition } from '@headwater/service-kit';
import { ServiceError } from '@headwater/stage';
import { Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { clockOf } from './clock';
import { config, type QualityMonitorConfig } from './config';
import { ClickHouseHistory } from './history';
import { QualityMetrics } from './quality-metrics';
import { StageCountsController } from './stage-counts.controller';
import { Watchkeeper } from './watchkeeper';

/** Time between two attempts to reach a broker or registry that is down, milliseconds. */
const RETRY_MS = 2_000;
/** Checks look at whole minutes: half a second more or less is nothing to them, and saves reading twenty times a second. */
const LINGER_MS = 500;

@Module({})
class QualityMonitorModule {}

/** The quality monitor: reads stage-counts, writes quality-alerts. One instance watches everything. */
export const definition: ServiceDefinition<typeof config> = {
  name: 'quality-monitor',
  config,
  module: (settings, kit) => moduleOf(settings, kit),
  connect,
};

function moduleOf(settings: QualityMonitorConfig, kit: Kit): DynamicModule {
  const kafka = connectKafka(settings.kafka, kit);
  const registry = connectRegistry(settings.registry, kit);
  const clickhouse = new ClickHouse(settings.clickhouse);
  const writer = new TopicWriter({
    kafka,
    registry,
    topics: [topics.qualityAlerts],
    log: kit.log,
    metrics: kit.metrics,
  });
  const watchkeeper = new Watchkeeper({
    monitor: new QualityMonitor(settings.quality),
    history: new ClickHouseHistory(clickhouse),
    writer,
    positions: new TopicInspector({ kafka, log: kit.log }),
    clock: clockOf(settings.quality.clock),
    log: kit.log,
    metrics: new QualityMetrics(kit.metrics),
    settings: settings.quality,
    onFatal: kit.fatal,
  });
  const server = new ObservingServer({
    kafka,
    registry,
    group: kit.name,
    sessionTimeoutMs: settings.kafka.sessionTimeoutMs,
    skipBatches: settings.kafka.skipBatches,
    batch: { lingerMs: LINGER_MS },
    log: kit.log,
    metrics: kit.metrics,
    onFatal: kit.fatal,
    onAssigned: (assignment) => watchkeeper.assigned(assignment),
    onRevoked: (topic, partition) => {
      watchkeeper.released(topic, partition);
    },
  });
  kit.onDrain('alerts', () => watchkeeper.stop());
  kit.onDrain('alerts on their way to the broker', () => writer.drain());
  kit.onDrain('ClickHouse', () => clickhouse.close());
  return {
    module: QualityMonitorModule,
    controllers: [StageCountsController],
    providers: [
      { provide: Watchkeeper, useValue: watchkeeper },
      { provide: ObservingServer, useValue: server },
      { provide: TopicWriter, useValue: writer },
    ],
  };
}

/** Nothing here waits: a database or broker that is down makes the service not ready, never a crash loop. */
function connect(app: NestFastifyApplication, _config: QualityMonitorConfig, kit: Kit): void {
  const [watchkeeper, server, writer] = [
    app.get(Watchkeeper),
    app.get(ObservingServer),
    app.get(TopicWriter),
  ];
  kit.health.readiness('history', () => watchkeeper.notReady());
  kit.health.readiness('stage-counts', () => server.notReady());
  kit.health.readiness('quality-alerts', () => writer.notReady());
  kit.health.liveness('stage-counts', () => server.notLive());
  app.connectMicroservice({ strategy: server });
  void openWriter(writer, kit);
  watchkeeper.start().catch(kit.fatal);
}

async function openWriter(writer: TopicWriter, kit: Kit): Promise<void> {
  for (;;) {
    try {
      await writer.connect();
      return;
    } catch (error) {
      if (!(error instanceof ServiceError && error.retriable)) kit.fatal(error);
      kit.log.warn(
        { code: error.code },
        `The monitor cannot write alerts yet and tries again every ${RETRY_MS} ms: ${error.message}`,
      );
      await delay(RETRY_MS);
    }
  }
}
