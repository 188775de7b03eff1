import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createClient, type ClickHouseClient } from '@clickhouse/client';
import type { ServiceName } from '@headwater/contracts';
import { builtServices, prepare, serviceProcess, type PipelineService } from '@headwater/pipeline';
import {
  messageOf,
  provision,
  startClickHouse,
  startKafkaCluster,
  startRegistry,
  startRestartable,
  startToxiproxy,
  steadyPorts,
  type Endpoints,
  type ProxyHandle,
  type Restartable,
  type RunningClickHouse,
  type RunningCluster,
  type RunningRegistry,
  type RunningToxiproxy,
} from '@headwater/stack';
import { Balancer } from './balancer';
import { ClickHouseGate } from './clickhouse-gate';
import { Endings } from './endings';
import { KafkaWatch } from './kafka-watch';
import { Pager } from './pager';
import { RegistryGate } from './registry-gate';

/** One broker; or three, each behind a proxy for its clients. */
export type WorldKind = 'one broker' | 'three brokers';

/** Each is a transaction of its own at every stage, and replicated three times where there are three brokers. */
const PARTITIONS: Readonly<Record<WorldKind, number>> = { 'one broker': 6, 'three brokers': 3 };
/** Half a minute in production; here a fault must not cost as long. */
export const SESSION_TIMEOUT_MS = 10_000;
const replicas: Readonly<Record<ServiceName, number>> = {
  collector: 2,
  enricher: 2,
  validator: 2,
  loader: 2,
  'quality-monitor': 1,
};
const serviceNames = Object.keys(replicas) as readonly ServiceName[];

const RULES = resolve(__dirname, '../../deploy/prometheus/headwater.rules.yaml');

/** A loader, and the gate that its inserts pass. */
export interface GatedLoader {
  readonly service: PipelineService;
  readonly gate: ClickHouseGate;
}

/** Everything that can be broken: a whole installation, two of each service, on this machine. */
export class World {
  private constructor(
    readonly kind: WorldKind,
    readonly folder: string,
    readonly cluster: RunningCluster,
    private readonly toxiproxy: RunningToxiproxy | null,
    /** The proxies before the brokers, by node; none before a single one. */
    readonly proxies: readonly ProxyHandle[],
    readonly registry: Restartable<RunningRegistry>,
    /** Between the services and the registry. */
    readonly registryGate: RegistryGate,
    readonly clickhouse: Restartable<RunningClickHouse>,
    readonly tables: ClickHouseClient,
    private readonly services: ReadonlyMap<ServiceName, readonly PipelineService[]>,
    readonly loaders: readonly GatedLoader[],
    /** Services that ended without being told to. */
    readonly endings: Endings,
    readonly balancer: Balancer,
    readonly kafka: KafkaWatch,
    /** Null where nobody asks who is woken. */
    readonly pager: Pager | null,
  ) {}

  static async start(
    folder: string,
    kind: WorldKind,
    { tell, paging }: { readonly tell: (line: string) => void; readonly paging: boolean },
  ): Promise<World> {
    mkdirSync(folder, { recursive: true });
    const provisioned = await provision(tell);
    const toxiproxy =
      kind === 'one broker' ? null : await startToxiproxy({ folder: join(folder, 'toxiproxy') });
    const proxies = new Map<string, ProxyHandle>();
    const [registryPort = 0, clickhousePort = 0, ...servicePorts] = await steadyPorts(
      2 + Object.values(replicas).reduce((sum, count) => sum + count, 0),
    );
    const [cluster, registry, clickhouse] = await Promise.all([
      startKafkaCluster({
        dataDir: join(folder, 'kafka'),
        nodes: toxiproxy ? 3 : 1,
        provisioned,
        ...(toxiproxy
          ? {
              proxyOf: async (name: string, upstream: string) => {
                const proxy = await toxiproxy.proxy(name, upstream);
                proxies.set(name, proxy);
                return proxy.port;
              },
            }
          : {}),
      }),
      startRestartable('the schema registry', () =>
        startRegistry({ dataDir: made(folder, 'registry'), port: registryPort, provisioned }),
      ),
      startRestartable('ClickHouse', () =>
        startClickHouse({ dataDir: made(folder, 'clickhouse'), port: clickhousePort, faults: true }),
      ),
    ]);
    const endpoints: Endpoints = {
      brokers: cluster.brokers.join(','),
      registryUrl: registry.part.url,
      clickhouseUrl: clickhouse.part.url,
    };
    await prepareIn(folder, kind, endpoints);
    const registryGate = await RegistryGate.start(endpoints.registryUrl);
    const services = new Map<ServiceName, PipelineService[]>();
    const loaders: GatedLoader[] = [];
    const endings = new Endings();
    for (const name of serviceNames)
      for (let number = 1; number <= replicas[name]; number += 1) {
        const gate = name === 'loader' ? await ClickHouseGate.start(endpoints.clickhouseUrl) : null;
        const instance = `${name}-${String(number)}`;
        const process = serviceProcess({
          name,
          instance,
          endpoints: {
            ...endpoints,
            registryUrl: registryGate.url,
            ...(gate ? { clickhouseUrl: gate.url } : {}),
          },
          dataDir: folder,
          port: servicePorts.shift() ?? 0,
          env: settings,
        });
        const service = endings.watch(process, instance);
        services.set(name, [...(services.get(name) ?? []), service]);
        if (gate) loaders.push({ service, gate });
      }
    const addresses = [...services.values()].flat().map(({ url }) => new URL(url).host);
    const world = new World(
      kind,
      folder,
      cluster,
      toxiproxy,
      // They were opened side by side: by node, and not in the order in which they were ready.
      cluster.nodes.flatMap(({ id }) => proxies.get(`kafka-${String(id)}`) ?? []),
      registry,
      registryGate,
      clickhouse,
      createClient({ url: endpoints.clickhouseUrl, database: 'headwater' }),
      services,
      loaders,
      endings,
      await Balancer.start(() => services.get('collector') ?? []),
      new KafkaWatch(cluster.direct),
      paging
        ? await Pager.start(join(folder, 'prometheus'), readFileSync(RULES, 'utf8'), addresses, tell)
        : null,
    );
    await Promise.all(world.all().map((service) => service.start()));
    return world;
  }

  /** The replicas of a service. */
  of(name: ServiceName): readonly PipelineService[] {
    return this.services.get(name) ?? [];
  }

  all(): readonly PipelineService[] {
    return [...this.services.values()].flat();
  }

  /** Where trackers send to. */
  get collectorUrl(): string {
    return this.balancer.url;
  }

  /** What an observer uses, who is not part of any fault. */
  get observers(): Endpoints {
    return {
      brokers: this.cluster.direct.join(','),
      registryUrl: this.registry.part.url,
      clickhouseUrl: this.clickhouse.part.url,
    };
  }

  /** Creates and migrates what these bundles, or those of this version, need. @throws when a job fails, with what it said */
  prepare(bundles?: string): Promise<void> {
    return prepareIn(this.folder, this.kind, this.observers, bundles);
  }

  /** The only row that a query answers. Numbers of 64 bits come as text, unless it turns them into doubles. */
  async figures<T extends object>(query: string, given: Record<string, string> = {}): Promise<T> {
    const answer = await this.tables.query({ query, query_params: given, format: 'JSONEachRow' });
    const [row] = await answer.json<T>();
    if (!row) throw new Error(`ClickHouse answers no row to ${query}`);
    return row;
  }

  /** Rows beyond the first of an event. An id that two events of a tracker share has been made two before it is stored. */
  async copiesIn(table: 'events_stored' | 'events'): Promise<number> {
    const { copies } = await this.figures<{ copies: number }>(
      `SELECT toFloat64(count() - uniqExact(app_id, event_id)) AS copies FROM ${table}`,
    );
    return copies;
  }

  /** Folder of everything that any part has logged. */
  get logs(): string {
    return join(this.folder, 'logs');
  }

  /** Lets one service run from other bundles from its next start on. */
  use(name: ServiceName, bundles = builtServices): void {
    for (const service of this.of(name)) service.bundles = bundles;
  }

  /** How many blocks of inserts the table of events remembers by their tokens. */
  async rememberBlocks(count: number): Promise<void> {
    await this.tables.command({
      query: `ALTER TABLE events_stored MODIFY SETTING non_replicated_deduplication_window = ${String(count)}`,
    });
  }

  /**
   * Whether ClickHouse merges parts of the tables of events. A merge of a replacing table makes one row of two copies: what was
   * stored twice can only be seen while nothing is merged.
   */
  async merging(on: boolean): Promise<void> {
    for (const table of ['events_stored', 'failed_events_stored'])
      await this.tables.command({
        query: `ALTER TABLE ${table} ${on ? 'RESET' : 'MODIFY'} SETTING ${Object.entries(unmerged)
          .map(([setting, value]) => (on ? setting : `${setting} = ${String(value)}`))
          .join(', ')}`,
      });
  }

  /**
   * Mends whatever a fault has left broken, so that the next one meets a whole installation. Answers which services are not
   * ready a minute later.
   */
  async mend(): Promise<readonly string[]> {
    await this.toxiproxy?.reset();
    this.registryGate.illness = null;
    const parts = [...this.cluster.nodes, this.registry, this.clickhouse];
    for (const part of parts) part.resume();
    // Side by side: a broker serves only once enough others do.
    await Promise.all(parts.map((part) => part.start()));
    await this.clickhouse.part.clear();
    for (const service of this.all()) {
      if (service.running()) service.resume();
      else await service.start('launched');
    }
    const failing = await Promise.all(
      this.all().map((service) =>
        service.ready().then(
          () => null,
          (error: unknown) => messageOf(error),
        ),
      ),
    );
    return failing.filter((why) => why !== null);
  }

  async stop(): Promise<void> {
    await this.balancer.stop();
    await this.pager?.stop();
    await this.kafka.stop();
    await this.tables.close();
    for (const service of this.all()) {
      if (service.running()) service.resume();
      await service.stop();
    }
    for (const { gate } of this.loaders) await gate.stop();
    await this.registryGate.stop();
    await Promise.all([this.clickhouse.stop(), this.registry.stop(), this.cluster.stop()]);
    await this.toxiproxy?.stop();
  }
}

/** With one byte as the most that a merge may take, there is none; and some thousand parts are not too many then. */
const unmerged = {
  max_bytes_to_merge_at_max_space_in_pool: 1,
  max_bytes_to_merge_at_min_space_in_pool: 1,
  parts_to_delay_insert: 1_000_000,
  parts_to_throw_insert: 1_000_000,
} as const;

const prepareIn = (
  folder: string,
  kind: WorldKind,
  endpoints: Endpoints,
  bundles = builtServices,
): Promise<void> =>
  prepare(endpoints, folder, {
    bundles,
    env: {
      TOPICS__SIZING: kind === 'one broker' ? 'embedded' : 'cluster',
      TOPICS__PARTITIONS: String(PARTITIONS[kind]),
    },
  });

const settings: Readonly<Record<string, string>> = {
  KAFKA__SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
  CONNECTION__DRAIN_DELAY_MS: '1000',
  // Where `runInside` opens a debugger.
  NODE_OPTIONS: '--inspect-port=127.0.0.1:0',
};

function made(...path: readonly string[]): string {
  const folder = join(...path);
  mkdirSync(folder, { recursive: true });
  return folder;
}
