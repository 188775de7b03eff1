import { sizings, subjectOf, topics, type ServiceName, type Topic } from '@headwater/contracts';
import type { PartitionLag, TopicState } from '@headwater/kafka';
import type { Check } from '../check';
import { examine } from '../examine';
import type { Finding } from '../finding';
import type { Brokers, Countries, Database, HttpAnswer, Installation, Registry } from '../installation';

export const NOW = Date.parse('2026-01-06T10:00:00Z');

/** Rows by a piece of the query that asks for them. */
export type Rows = Readonly<Record<string, readonly object[] | Error>>;

interface Known {
  readonly brokers?: Partial<Brokers>;
  readonly registry?: Partial<Registry>;
  readonly database?: Partial<Database>;
  readonly rows?: Rows;
  readonly countries?: Partial<Countries>;
  readonly services?: readonly string[];
  /** Answers by URL; what is not named is answered with 200 at the time of the clock. */
  readonly answers?: Readonly<Record<string, Partial<HttpAnswer> | Error>>;
}

const healthyRows: Rows = {
  'version()': [{ version: '26.7.2' }],
  'now64(3)) AS now': [{ now: NOW }],
  'FROM system.tables WHERE database = {database:String} AND name': [{ views: 1 }],
  'FROM system.tables': [
    {
      name: 'events_stored',
      engine: 'ReplacingMergeTree',
      settings: 'ReplacingMergeTree(load_tstamp) SETTINGS non_replicated_deduplication_window = 10000',
    },
  ],
  'FROM system.disks': [{ name: 'default', free: 60e9, total: 100e9 }],
  'FROM system.parts': [{ table: 'events_stored', partition: '202601', parts: 12 }],
  'FROM system.merge_tree_settings': [
    { name: 'parts_to_delay_insert', value: '1000' },
    { name: 'parts_to_throw_insert', value: '3000' },
  ],
  'AS minutes': [{ minutes: 0.5 }],
  'FROM pipeline_accounting': [],
};

export const aTopicState = (topic: Topic, known: Partial<TopicState> = {}): TopicState => ({
  topic,
  name: topic.name,
  present: true,
  partitions: 12,
  replicas: 3,
  leastInSync: 3,
  offlinePartitions: 0,
  ...known,
});

export const aLag = (topic: Topic, known: Partial<PartitionLag> = {}): PartitionLag => {
  const at = { topic, partition: 0, committed: 100n, metadata: '', start: 0n, stableEnd: 100n, ...known };
  return { ...at, lag: at.stableEnd - (at.committed ?? at.start) };
};

/** An installation that is well, but for what is named. Its clock moves when somebody sleeps. */
export function anInstallation(known: Known = {}): Installation {
  let now = NOW;
  const rows = { ...known.rows, ...withoutKeysOf(known.rows) };
  return {
    brokers: {
      addresses: ['kafka-0:9092', 'kafka-1:9092', 'kafka-2:9092'],
      user: 'doctor',
      prefix: '',
      sizing: () => sizings.cluster,
      reach: () => Promise.resolve(),
      cluster: () =>
        Promise.resolve({
          clusterId: 'abc',
          controller: 1,
          brokers: [0, 1, 2].map((id) => ({ id, host: `kafka-${String(id)}`, port: 9092 })),
        }),
      topics: () => Promise.resolve(Object.values(topics).map((topic) => aTopicState(topic))),
      lag: (group: ServiceName) =>
        Promise.resolve(
          Object.values<Topic>(topics)
            .filter(({ readers }) => readers.includes(group))
            .map((topic) => aLag(topic)),
        ),
      differences: () => Promise.resolve(new Map()),
      accessRules: () => Promise.resolve(null),
      ...known.brokers,
    },
    registry: {
      url: 'http://registry',
      findId: () => Promise.resolve(7),
      compatibility: () => Promise.resolve('FULL_TRANSITIVE'),
      subjectOf: (topic) => subjectOf(topic),
      ...known.registry,
    },
    database: {
      url: 'http://clickhouse:8123',
      name: 'headwater',
      query: <T>(sql: string) => {
        const found = Object.entries(rows).find(([piece]) => sql.includes(piece))?.[1];
        if (found === undefined) return Promise.reject(new Error(`No rows were made up for: ${sql}`));
        return found instanceof Error ? Promise.reject(found) : Promise.resolve(found as readonly T[]);
      },
      missingMigrations: () => Promise.resolve([]),
      tableProblems: () => Promise.resolve([]),
      ...known.database,
    },
    countries: {
      path: '/data/country.mmdb',
      built: () => Promise.resolve(NOW - 30 * 86_400_000),
      licences: () => Promise.resolve(['LICENSE.txt']),
      ...known.countries,
    },
    services: known.services ?? [],
    get: (url) => {
      const answer = known.answers?.[url] ?? {};
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve({ status: 200, body: '{}', date: now, ...answer });
    },
    now: () => now,
    sleep: (milliseconds, signal) => {
      // The deadline of a check: it never comes here, or when the check is done.
      if (signal)
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            resolve();
          });
        });
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

const withoutKeysOf = (named: Rows = {}): Rows =>
  Object.fromEntries(Object.entries(healthyRows).filter(([piece]) => !(piece in named)));

/** What a check says of an installation, as the doctor hears it. */
export async function findingsOf(check: Check, known: Known = {}): Promise<readonly Finding[]> {
  const [examined] = await examine([check], anInstallation(known));
  return examined?.findings ?? [];
}
