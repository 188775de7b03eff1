import { setTimeout as delay } from 'node:timers/promises';
import { ClickHouse } from '@headwater/clickhouse';
import { topics } from '@headwater/contracts';
import { connectKafka, connectRegistry, RangedServer, TopicWriter } from '@headwater/kafka';
import type { Kit, ServiceDefinition } from '@headwater/service-kit';
import { ServiceError } from '@headwater/stage';
import { parametersOf } from '@headwater/validation';
import { Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { config, type LoaderConfig } from './config';
import { Loader } from './loader';
import { LoaderController } from './loader.controller';
import { LoaderMetrics } from './loader-metrics';
import { TableWatch } from './table-watch';

/** Time between two attempts to reach a broker or registry that is down, milliseconds. */
const RETRY_MS = 2_000;
/** Batches in memory at once: more would not be quicker, one of them keeps ClickHouse busy and another this process. */
const CONCURRENT_BATCHES = 2;

/** An insert costs ClickHouse the same whatever its size, and every one makes a part: more a fetch than the other stages. */
const FETCH_BYTES = 1024 * 1024;

@Module({})
class LoaderModule {}

/** The loader: reads valid events, failed events, stage counts and alerts, and puts each into its table exactly once. */
export const definition: ServiceDefinition<typeof config> = {
  name: 'loader',
  config,
  module: moduleOf,
  connect,
};

function moduleOf(settings: LoaderConfig, kit: Kit): DynamicModule {
  const kafka = connectKafka(settings.kafka, kit);
  const registry = connectRegistry(settings.registry, kit);
  const clickhouse = new ClickHouse(settings.clickhouse);
  const watch = new TableWatch(clickhouse, kit.log);
  const writer = new TopicWriter({
    kafka,
    registry,
    topics: [topics.failedEvents, topics.stageCounts],
    log: kit.log,
    metrics: kit.metrics,
  });
  const metrics = new LoaderMetrics(kit.metrics);
  const loader = new Loader({
    clickhouse,
    guard: watch,
    writer,
    processor: `headwater-loader/${kit.version}`,
    parametersOf,
    metrics,
    log: kit.log,
    now: Date.now,
  });
  const server = new RangedServer({
    kafka,
    registry,
    group: kit.name,
    sessionTimeoutMs: settings.kafka.sessionTimeoutMs,
    skipBatches: settings.kafka.skipBatches,
    batch: { ...settings.batch, fetchBytes: FETCH_BYTES },
    concurrency: CONCURRENT_BATCHES,
    restMs: { [topics.stageCounts.name]: settings.batch.countsRestMs },
    log: kit.log,
    metrics: kit.metrics,
    onFatal: kit.fatal,
    onGap: (summary) => writer.write(topics.stageCounts, summary),
  });
  kit.onDrain('batches', () => server.close());
  kit.onDrain('counts and failed events on their way to the broker', () => writer.drain());
  kit.onDrain('ClickHouse', async () => {
    watch.stop();
    await clickhouse.close();
  });
  return {
    module: LoaderModule,
    controllers: [LoaderController],
    providers: [
      { provide: Loader, useValue: loader },
      { provide: LoaderMetrics, useValue: metrics },
      { provide: RangedServer, useValue: server },
      { provide: TableWatch, useValue: watch },
      { provide: TopicWriter, useValue: writer },
    ],
  };
}

/** Nothing here waits: a database or broker that is down makes the service not ready, never a crash loop. */
function connect(app: NestFastifyApplication, _config: LoaderConfig, kit: Kit): void {
  const [server, watch, writer] = [app.get(RangedServer), app.get(TableWatch), app.get(TopicWriter)];
  kit.health.readiness('clickhouse', () => watch.notReady());
  kit.health.readiness('kafka', () => server.notReady());
  kit.health.readiness('counts', () => writer.notReady());
  kit.health.liveness('kafka', () => server.notLive());
  app.connectMicroservice({ strategy: server });
  watch.start();
  void openWriter(writer, kit);
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
        `The loader cannot publish counts and failed events yet and tries again every ${RETRY_MS} ms: ${error.message}`,
      );
      await delay(RETRY_MS);
    }
  }
}
