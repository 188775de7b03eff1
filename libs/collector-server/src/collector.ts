import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { AppRegistry } from '@headwater/apps';
import {
  aliasesOf,
  aliasProblem,
  readAlias,
  redirectHost,
  valuePattern,
  type Aliases,
  type CollectionPolicy,
  type RefusalPolicy,
} from '@headwater/collection';
import { topics } from '@headwater/contracts';
import { ConfigError, type Kit, type Probe, type ServiceDefinition } from '@headwater/service-kit';
import type { DropReason } from '@headwater/stage';
import { Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import { Answers } from './answers';
import { CollectorMetrics } from './collector-metrics';
import { CountsPublisher } from './counts-publisher';
import { Delivery } from './delivery';
import { Responder } from './exchange';
import { Gate } from './gate';
import { PAGES, PagesController, READINESS } from './pages.controller';
import { PAYLOAD_WRITER, type PayloadWriter } from './payload-writer';
import { BodyReader } from './read-body';
import { RequestCounts } from './request-counts';
import type { StrictJudge } from './strict';
import type { trackingConfig, TrackingConfig } from './tracking-config';
import { TrackingRoutes } from './tracking-routes';
import { TrackingServer } from './tracking-server';

/** Part of a topic's limit that one record may take: less than libs/kafka uses of it, so that this limit is met first. */
const RECORD_SHARE = 0.85;
const SECONDS_PER_DAY = 86_400;

/** Opens the way to the broker. */
export type OpenWriter<Config> = (config: Config, kit: Kit) => PayloadWriter | Promise<PayloadWriter>;

/** What a collector may have besides; each is opened at start. */
export interface CollectorParts<Config> {
  /** What strict mode judges by; null: there is no strict mode. */
  readonly openJudge?: (
    config: Config,
    kit: Kit,
    apps: AppRegistry | null,
  ) => StrictJudge | null | Promise<StrictJudge | null>;
  /** The known apps; null: there is no list. Throws when it cannot be read. */
  readonly readApps?: (config: Config) => AppRegistry | null;
  /** Who is told of each request that is dropped before it is a payload: do-not-track, opt-out, … */
  readonly openDropListener?: (config: Config, kit: Kit) => DropListener | Promise<DropListener>;
}

type DropListener = (reason: DropReason) => void;

@Module({})
class CollectorModule {}

const JUDGE = Symbol('strict judge');

/** The collector, whatever it writes to. */
export function defineCollector<S extends typeof trackingConfig>(
  config: S,
  openWriter: OpenWriter<z.infer<S>>,
  { openJudge, readApps, openDropListener }: CollectorParts<z.infer<S>> = {},
): ServiceDefinition<S> {
  return {
    name: 'collector',
    config,
    serverFactory: (settings) => (pages) => new TrackingServer(settings.connection, pages),
    module: async (settings, kit) => {
      const apps = readApps?.(settings) ?? null;
      const aliases = aliasesFor(settings, apps);
      const judge = (await openJudge?.(settings, kit, apps)) ?? null;
      return collectorModule(settings, kit, {
        writer: await openWriter(settings, kit),
        apps,
        aliases,
        judge,
        onDropped: (await openDropListener?.(settings, kit)) ?? null,
      });
    },
    connect,
  };
}

interface OpenParts {
  readonly writer: PayloadWriter;
  readonly apps: AppRegistry | null;
  readonly aliases: Aliases;
  readonly judge: StrictJudge | null;
  readonly onDropped: DropListener | null;
}

function collectorModule(
  config: TrackingConfig,
  kit: Kit,
  { writer, apps, aliases, judge, onDropped }: OpenParts,
): DynamicModule {
  const bodies = new BodyReader(config.body);
  const counts = new RequestCounts(`${hostname()}-${randomUUID()}`);
  const metrics = new CollectorMetrics(kit.metrics, () => ({
    inFlight: responder.inFlightRequests,
    bufferedBytes: bodies.bufferedBytes,
    pendingBytes: writer.pendingBytes,
  }));
  const answers = new Answers(config.cors, config.overload.retryAfterSeconds);
  const responder: Responder = new Responder(answers, counts, metrics);
  const delivery = new Delivery({ writer, counts, metrics, responder, judge, onDropped, log: kit.log });
  const routes = new TrackingRoutes({
    policy: policyOf(config, kit),
    aliases,
    redirectHosts: config.redirect.enabled ? hostsOf(config.redirect.hosts) : null,
    limits: config.body,
    strictByHeader: config.strict.enabled,
    gate: new Gate(refusalPolicyOf(config.refusal), apps),
    bodies,
    delivery,
    responder,
  });
  kit.health.readiness('broker', untilReached(writer));
  return {
    module: CollectorModule,
    controllers: [PagesController],
    providers: [
      { provide: READINESS, useValue: kit.health },
      { provide: PAGES, useValue: config },
      { provide: PAYLOAD_WRITER, useValue: writer },
      { provide: TrackingRoutes, useValue: routes },
      { provide: Responder, useValue: responder },
      { provide: CollectorMetrics, useValue: metrics },
      { provide: JUDGE, useValue: judge },
      { provide: CountsPublisher, useValue: new CountsPublisher(counts, writer, kit.log, Date.now) },
    ],
  };
}

/**
 * Not ready until the broker was reached once: a rollout with a wrong address stops there. Ready ever after: an outage would
 * take all collectors away at once, and trackers, which are to be answered 503 and when to come back, would be answered
 * nothing, or without CORS headers by whatever stands before them. `/sink-health` is for those who want it otherwise.
 */
function untilReached(writer: PayloadWriter): Probe {
  let reached = false;
  return () => {
    const reason = reached ? null : writer.notReady();
    reached ||= reason === null;
    return reason && `${reason} Until then trackers are answered 503 and keep their events.`;
  };
}

/** Joins the parts that listen, and says in which order they stop: requests, then counts, then the writer. */
function connect(app: NestFastifyApplication, config: TrackingConfig, kit: Kit): void {
  const server = app.getHttpServer() as unknown as TrackingServer;
  const publisher = app.get(CountsPublisher);
  const writer = app.get<PayloadWriter>(PAYLOAD_WRITER);
  server.serve(app.get(TrackingRoutes), app.get(Responder), app.get(CollectorMetrics));
  publisher.start(config.counts.intervalMs);
  kit.onDrain('requests under way', () => server.drain(config.connection.drainDelayMs));
  const judge = app.get<StrictJudge | null>(JUDGE);
  kit.onDrain('strict mode', async () => judge?.close?.());
  kit.onDrain('stage counts', () => publisher.stop());
  kit.onDrain('records on their way to the broker', () => writer.drain());
}

function policyOf({ address, cookie, body }: TrackingConfig, kit: Kit): CollectionPolicy {
  return {
    processor: `headwater-${kit.name}/${kit.version}`,
    address: { trustedProxies: address.trustedProxies ?? null, header: address.header },
    cookie: {
      ...cookie,
      clientName: cookie.clientName ?? null,
      maxAgeSeconds: cookie.maxAgeDays * SECONDS_PER_DAY,
      fallbackDomain: cookie.fallbackDomain ?? null,
    },
    bounce: cookie.bounce ? { protocolHeader: cookie.bounceProtocolHeader?.toLowerCase() ?? null } : null,
    keptCookies: cookie.kept,
    maximumBodyBytes: body.maxBytes,
    maximumRecordBytes: Math.floor(topics.collectorPayloads.maxMessageBytes * RECORD_SHARE),
  };
}

const refusalPolicyOf = ({ cookie, ...signals }: TrackingConfig['refusal']): RefusalPolicy => ({
  ...signals,
  optOutCookie: cookie.name === undefined ? null : { name: cookie.name, refuses: valuePattern(cookie.value) },
});

const hostsOf = (hosts: readonly string[]): ReadonlySet<string> =>
  new Set(hosts.flatMap((host) => redirectHost(host) ?? []));

/** All aliases; those of apps are checked here, because their file is read after the configuration. */
function aliasesFor({ paths }: TrackingConfig, apps: AppRegistry | null): Aliases {
  const appPaths = new Map(
    (apps?.apps ?? []).flatMap(({ id, aliases }) => aliases.map((path) => [path, id] as const)),
  );
  const problems = [...appPaths].flatMap(([path, id]) => {
    const problem = aliasProblem(path);
    return problem === null
      ? []
      : [`APPS__FILE: a path of the app ${id} ${problem}. Correct it and start again.`];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  const entries = paths.aliases.flatMap((entry) => {
    const alias = readAlias(entry);
    return typeof alias === 'string' ? [] : [alias];
  });
  return aliasesOf(entries, appPaths);
}
