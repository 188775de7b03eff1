import type { ServiceName, Topic, TopicSizing } from '@headwater/contracts';
import type { ClusterDescription, PartitionLag, TopicState } from '@headwater/kafka';
import type { AccessRule } from './access-rule';

export interface Brokers {
  /** `host:port`, as configured. */
  readonly addresses: readonly string[];
  /** User that this command signs in as; null without SASL. */
  readonly user: string | null;
  /** Prefix of the installation, as `KAFKA__TOPIC_PREFIX`. */
  readonly prefix: string;
  /** What each topic should be given. */
  readonly sizing: (brokers: number) => TopicSizing;
  /** Opens and closes a connection, without a word of the protocol. @throws with the reason */
  readonly reach: (address: string) => Promise<void>;
  readonly cluster: () => Promise<ClusterDescription>;
  readonly topics: () => Promise<readonly TopicState[]>;
  readonly lag: (group: ServiceName) => Promise<readonly PartitionLag[]>;
  /** Settings that differ from the topic table, by name on the brokers. */
  readonly differences: () => Promise<ReadonlyMap<string, readonly string[]>>;
  /** Every rule of the authorizer; null where there is no authorizer. @throws where this user may not ask */
  readonly accessRules: () => Promise<readonly AccessRule[] | null>;
}

export interface Registry {
  readonly url: string;
  /** Id of the schema of this build under the topic's subject; null when the registry has it not. */
  readonly findId: (topic: Topic) => Promise<number | null>;
  /** Compatibility level that holds for the topic's subject. */
  readonly compatibility: (topic: Topic) => Promise<string>;
  readonly subjectOf: (topic: Topic) => string;
}

export interface Database {
  readonly url: string;
  readonly name: string;
  readonly query: <T>(sql: string, params?: Readonly<Record<string, unknown>>) => Promise<readonly T[]>;
  /** Migrations of this build that were not run. @throws {MigrationConflict} when one was changed after it was run */
  readonly missingMigrations: () => Promise<readonly string[]>;
  /** What differs between the tables and what this build writes, a sentence each. */
  readonly tableProblems: () => Promise<readonly string[]>;
}

/** The country database as it is on this machine. */
export interface Countries {
  readonly path: string;
  /** @returns when it was built, milliseconds since 1970. @throws when it cannot be read */
  readonly built: () => Promise<number>;
  /** Names of files beside it that state its licence. */
  readonly licences: () => Promise<readonly string[]>;
}

/** An answer of a service or the registry to a GET. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** Value of the header `Date`, milliseconds; null without one. */
  readonly date: number | null;
}

/** Everything that checks look at. What stands behind it is real in `open-installation.ts` and made up in specs. */
export interface Installation {
  readonly brokers: Brokers;
  readonly registry: Registry;
  readonly database: Database;
  readonly countries: Countries;
  /** Base addresses of services, as given with --service. */
  readonly services: readonly string[];
  /** GET of a path of a service, with the token of the admin endpoints. */
  readonly get: (url: string) => Promise<HttpAnswer>;
  readonly now: () => number;
  /** Resolves early when `signal` aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}
