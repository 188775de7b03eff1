import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { CollectionPolicy } from '@headwater/collection';
import { topics } from '@headwater/contracts';
import type { Kit, ServiceDefinition } from '@headwater/service-kit';
import { Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import { Answers } from './answers';
import { CollectorMetrics } from './collector-metrics';
import { CountsPublisher } from './counts-publisher';
import { PagesController, READINESS } from './pages.controller';
import { PAYLOAD_WRITER, type PayloadWriter } from './payload-writer';
import { BodyReader } from './read-body';
import { RequestCounts } from './request-counts';
import type { trackingConfig, TrackingConfig } from './tracking-config';
import { TrackingRoutes } from './tracking-routes';
import { TrackingServer } from './tracking-server';

/** Part of a topic's limit that one record may take: less than libs/kafka uses of it, so that this limit is met first. */
const RECORD_SHARE = 0.85;
const SECONDS_PER_DAY = 86_400;

/** Opens the way to the broker. */
export type OpenWriter<Config> = (config: Config, kit: Kit) => PayloadWriter | Promise<PayloadWriter>;

@Module({})
class CollectorModule {}

/** The collector, whatever it writes to. */
export function defineCollector<S extends typeof trackingConfig>(
  config: S,
  openWriter: OpenWriter<z.infer<S>>,
): ServiceDefinition<S> {
  return {
    name: 'collector',
    config,
    serverFactory: (settings) => (pages) => new TrackingServer(settings.connection, pages),
    module: async (settings, kit) => collectorModule(settings, kit, await openWriter(settings, kit)),
    connect,
  };
}

function collectorModule(config: TrackingConfig, kit: Kit, writer: PayloadWriter): DynamicModule {
  const bodies = new BodyReader(config.body);
  const counts = new RequestCounts(`${hostname()}-${randomUUID()}`);
  const metrics = new CollectorMetrics(kit.metrics, () => ({
    inFlight: routes.inFlightRequests,
    bufferedBytes: bodies.bufferedBytes,
    pendingBytes: writer.pendingBytes,
  }));
  const routes: TrackingRoutes = new TrackingRoutes({
    policy: policyOf(config, kit),
    maxBodyBytes: config.body.maxBytes,
    bodies,
    answers: new Answers(config.cors, config.overload.retryAfterSeconds),
    writer,
    counts,
    metrics,
    log: kit.log,
  });
  kit.health.readiness('broker', () =>
    writer.ready()
      ? null
      : 'The broker does not take records. Check that it runs and that KAFKA__BROKERS names it; trackers are answered 503 and keep their events.',
  );
  return {
    module: CollectorModule,
    controllers: [PagesController],
    providers: [
      { provide: READINESS, useValue: kit.health },
      { provide: PAYLOAD_WRITER, useValue: writer },
      { provide: TrackingRoutes, useValue: routes },
      { provide: CollectorMetrics, useValue: metrics },
      { provide: CountsPublisher, useValue: new CountsPublisher(counts, writer, kit.log, Date.now) },
    ],
  };
}

/** Joins the parts that listen, and says in which order they stop: requests, then counts, then the writer. */
function connect(app: NestFastifyApplication, config: TrackingConfig, kit: Kit): void {
  const server = app.getHttpServer() as unknown as TrackingServer;
  const publisher = app.get(CountsPublisher);
  const writer = app.get<PayloadWriter>(PAYLOAD_WRITER);
  server.serve(app.get(TrackingRoutes), app.get(CollectorMetrics));
  publisher.start(config.counts.intervalMs);
  kit.onDrain('requests under way', () => server.drain(config.connection.drainDelayMs));
  kit.onDrain('stage counts', () => publisher.stop());
  kit.onDrain('records on their way to the broker', () => writer.drain());
}

function policyOf({ address, cookie }: TrackingConfig, kit: Kit): CollectionPolicy {
  return {
    processor: `headwater-${kit.name}/${kit.version}`,
    trustedProxies: address.trustedProxies ?? null,
    cookie: {
      ...cookie,
      maxAgeSeconds: cookie.maxAgeDays * SECONDS_PER_DAY,
      fallbackDomain: cookie.fallbackDomain ?? null,
    },
    maximumRecordBytes: Math.floor(topics.collectorPayloads.maxMessageBytes * RECORD_SHARE),
  };
}
