import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ClickHouse, migrate, tableProblem } from '@headwater/clickhouse';
import { subjectOf } from '@headwater/contracts';
import { connectKafka, connectRegistry, createTopics, silentLog, TopicInspector } from '@headwater/kafka';
import { allTables } from '@headwater/loading';
import { CountryDatabase, shippedCountryDatabase } from '@headwater/look-ups';
import { createKit } from '@headwater/service-kit';
import { accessRulesOf, type AccessRule } from './access-rule';
import { reasonOf } from './check';
import { patient, sizingOf, type DoctorConfig } from './config';
import type { Brokers, Countries, Database, HttpAnswer, Installation, Registry } from './installation';

const REACH_MS = 3_000;
const HTTP_MS = 8_000;
/** How long what is still under way is waited for at the end. */
const CLOSE_MS = 1_000;

/** An installation as the environment names it. Nothing is connected before a check asks. */
export interface OpenInstallation extends Installation {
  close(): Promise<void>;
}

export function openInstallation(
  config: DoctorConfig,
  services: readonly string[],
  stop: AbortSignal,
): OpenInstallation {
  const clickhouse = new ClickHouse(patient(config.clickhouse));
  const kafka = brokersOf(config);
  const headers = config.admin.token === undefined ? {} : { authorization: `Bearer ${config.admin.token}` };
  return {
    brokers: kafka,
    registry: registryOf(config),
    database: databaseOf(config, clickhouse),
    countries: countriesOf(config),
    services,
    // The token belongs to the services: the registry has credentials of its own.
    get: (url) => httpGet(url, isBelowOne(services, url) ? headers : registryHeaders(config)),
    now: Date.now,
    sleep: (milliseconds, signal) =>
      delay(milliseconds, undefined, { signal: AbortSignal.any([stop, ...(signal ? [signal] : [])]) }).catch(
        () => undefined,
      ),
    close: async () => {
      await Promise.race([Promise.allSettled([clickhouse.close(), kafka.close()]), delay(CLOSE_MS)]);
    },
  };
}

/** Whether an address is one of a service: on the same server, and below its path. What only begins alike is another server. */
export const isBelowOne = (services: readonly string[], url: string): boolean => {
  const asked = new URL(url);
  return services.some((base) => {
    const { origin, pathname } = new URL(base);
    return asked.origin === origin && asked.pathname.startsWith(`${pathname.replace(/\/+$/, '')}/`);
  });
};

function brokersOf({ kafka: settings, topics }: DoctorConfig): Brokers & { close(): Promise<void> } {
  const kafka = connectKafka(settings, { log: silentLog });
  const inspector = new TopicInspector({ kafka, log: silentLog });
  // The client goes on trying for half a minute where nobody listens; a connection says so at once.
  let someone: Promise<void> | null = null;
  const reachable = (): Promise<void> =>
    (someone ??= Promise.any(settings.brokers.map(reach)).catch(() => {
      throw new Error(`No broker of ${settings.brokers.join(', ')} accepts a connection.`);
    }));
  const cluster: Brokers['cluster'] = async () => {
    await reachable();
    return inspector.cluster();
  };
  return {
    addresses: settings.brokers,
    user: settings.sasl.mechanism === 'none' ? null : (settings.sasl.username ?? null),
    prefix: kafka.prefix,
    sizing: (brokers) => sizingOf(topics, brokers),
    reach,
    cluster,
    topics: async () => {
      await reachable();
      return inspector.topics();
    },
    lag: async (group) => {
      await reachable();
      return inspector.lag(group);
    },
    differences: async () => {
      const { brokers } = await cluster();
      const reports = await createTopics(kafka, sizingOf(topics, brokers.length), { dryRun: true });
      return new Map(reports.map(({ topic, differences }) => [topic, differences]));
    },
    accessRules: async () => {
      await reachable();
      return accessRulesFrom(kafka.client.admin());
    },
    close: () => inspector.close(),
  };
}

function reach(address: string): Promise<void> {
  const colon = address.lastIndexOf(':');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
    socket.setTimeout(REACH_MS, () => {
      socket.destroy(new Error(`no answer in ${String(REACH_MS / 1_000)} s`));
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error) => {
      reject(error instanceof AggregateError ? new Error(error.errors.map(reasonOf).join('; ')) : error);
    });
  });
}

type Admin = ReturnType<ReturnType<typeof connectKafka>['client']['admin']>;
type AclFilter = Parameters<Admin['describeAcls']>[0];
/** Protocol: 1 is any kind, pattern, operation or permission. The client's own words for it are an enum of its package. */
const anything: object = { resourceType: 1, resourcePatternType: 1, operation: 1, permissionType: 1 };

async function accessRulesFrom(admin: Admin): Promise<readonly AccessRule[] | null> {
  try {
    await admin.connect();
    const { resources } = await admin.describeAcls(anything as AclFilter);
    return accessRulesOf(resources);
  } catch (error) {
    if ((error as { type?: unknown }).type === 'SECURITY_DISABLED') return null;
    throw error;
  } finally {
    void admin.disconnect().catch(() => undefined);
  }
}

const registryHeaders = ({ registry: { username, password } }: DoctorConfig): Record<string, string> =>
  username === undefined
    ? {}
    : { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };

/** What to say when the registry does not tell a level. */
export const unansweredLevel = (url: string, status: number): string =>
  `The registry answers ${url} with ${String(status)} instead of the compatibility level. ${
    status === 401 || status === 403
      ? 'Give a user that may read it (REGISTRY__USERNAME, REGISTRY__PASSWORD).'
      : status === 404
        ? 'See that REGISTRY__URL is the base of its Confluent-compatible API: <url>/subjects must answer.'
        : 'Its own log says why; run this again once it is well.'
  }`;

function registryOf(config: DoctorConfig): Registry {
  const registry = connectRegistry(config.registry, { log: silentLog });
  const { topicPrefix: prefix } = config.kafka;
  const url = config.registry.url.replace(/\/+$/, '');
  return {
    url,
    findId: (topic) => registry.findId(topic, subjectOf(topic, prefix)),
    subjectOf: (topic) => subjectOf(topic, prefix),
    compatibility: async (topic) => {
      const own = `${url}/config/${encodeURIComponent(subjectOf(topic, prefix))}`;
      const first = await httpGet(own, registryHeaders(config));
      // A subject without a level of its own has the one of the whole registry.
      const [asked, { status, body }] =
        first.status === 404
          ? [`${url}/config`, await httpGet(`${url}/config`, registryHeaders(config))]
          : [own, first];
      if (status !== 200) throw new Error(unansweredLevel(asked, status));
      const { compatibilityLevel } = JSON.parse(body) as { readonly compatibilityLevel?: string };
      return compatibilityLevel ?? 'not set';
    },
  };
}

const databaseOf = ({ clickhouse: { url, database } }: DoctorConfig, clickhouse: ClickHouse): Database => ({
  url: new URL(url).origin,
  name: database,
  query: (sql, params) => clickhouse.query(sql, params),
  missingMigrations: async () => {
    const missing = await migrate(clickhouse, silentLog, { dryRun: true });
    return missing.map(({ number, name }) => `${String(number)} ${name}`);
  },
  tableProblems: async () => {
    const problems = await Promise.all(
      allTables.map(({ stored, columns }) => tableProblem(clickhouse, stored, columns)),
    );
    return problems.filter((sentence) => sentence !== null);
  },
});

const LICENCES = /licen[cs]e|copyright/i;

function countriesOf({ country: { database } }: DoctorConfig): Countries {
  const path = database ?? shippedCountryDatabase();
  return {
    path,
    built: async () => {
      const { log, metrics } = createKit('headwater-doctor', 'silent');
      const countries = new CountryDatabase({ path, log, metrics });
      await countries.refresh();
      const reason = countries.notReady();
      if (reason !== null) throw new Error(reason);
      const built = await metrics.getSingleMetric('headwater_geo_db_build_timestamp_seconds')?.get();
      return (built?.values[0]?.value ?? Number.NaN) * 1_000;
    },
    licences: async () => (await readdir(dirname(path))).filter((file) => LICENCES.test(file)),
  };
}

async function httpGet(url: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
  try {
    const answer = await fetch(url, {
      headers: { ...headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(HTTP_MS),
    });
    const date = Date.parse(answer.headers.get('date') ?? '');
    return {
      status: answer.status,
      body: await answer.text(),
      date: Number.isNaN(date) ? null : date,
    };
  } catch (error) {
    // fetch says "fetch failed", and why in the cause.
    throw error instanceof Error && error.cause instanceof Error
      ? new Error(reasonOf(error.cause) || 'connection refused', { cause: error })
      : error;
  }
}
