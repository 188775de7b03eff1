import { readFileSync } from 'node:fs';
import { topicNamed, type Topic } from '@headwater/contracts';
import { Kafka, type KafkaConfig as ClientConfig, type SASLOptions } from 'kafkajs';
import { registerCodecs } from '../compression';
import type { KafkaConfig } from '../config';
import { kafkaLog, type Log } from './log';
import { surviveLostBrokers } from './lost-broker';
import { mendFetches } from './fetch-response';

/** How long kafkajs goes on asking by itself: long enough for a broker that restarts. */
export const PATIENT_RETRY = { initialRetryTime: 100, maxRetryTime: 5_000, retries: 12 } as const;
/** For who tries again by itself, with new connections: kafkajs goes on asking those that are gone. */
export const IMPATIENT_RETRY = { initialRetryTime: 100, maxRetryTime: 500, retries: 3 } as const;

/**
 * The root of the port: one per process. It holds no connection itself: each server and writer has its own, and closes it.
 * It knows the prefix of the installation, so that nothing else has to.
 */
export class KafkaConnection {
  /** For the files of this library only. */
  readonly client: Kafka;
  readonly clientConfig: ClientConfig;

  constructor(
    readonly config: KafkaConfig,
    readonly log: Log,
    /** For tests: sockets that are slow or fall silent. */
    overrides: Partial<ClientConfig> = {},
  ) {
    registerCodecs();
    mendFetches();
    surviveLostBrokers();
    this.clientConfig = { ...clientConfigOf(config, log), ...overrides };
    this.client = new Kafka(this.clientConfig);
  }

  get prefix(): string {
    return this.config.topicPrefix;
  }

  /** Name of a topic on the brokers. */
  topicName(topic: Pick<Topic, 'name'>): string {
    return `${this.prefix}${topic.name}`;
  }

  /** The topic of our table that a topic on the brokers is. */
  topicOf(name: string): Topic {
    return topicNamed(name.slice(this.prefix.length));
  }

  /** Name of a consumer group on the brokers. */
  groupId(group: string): string {
    return `${this.prefix}headwater-${group.replace(/^headwater-/, '')}`;
  }
}

/** Makes the root of the port. Nothing is connected yet: an unreachable broker shows when something is used. */
export function connectKafka(config: KafkaConfig, { log }: { readonly log: Log }): KafkaConnection {
  return new KafkaConnection(config, log);
}

function clientConfigOf(config: KafkaConfig, log: Log): ClientConfig {
  const { mechanism, username, password } = config.sasl;
  return {
    brokers: config.brokers,
    clientId: config.clientId,
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    logCreator: kafkaLog(log),
    retry: PATIENT_RETRY,
    ...(config.ssl ? { ssl: tlsOf(config) } : {}),
    ...(mechanism === 'none' ? {} : { sasl: { mechanism, username, password } as SASLOptions }),
  };
}

function tlsOf({ sslCaFile, sslCertFile, sslKeyFile }: KafkaConfig): NonNullable<ClientConfig['ssl']> {
  if (sslCaFile === undefined && sslCertFile === undefined && sslKeyFile === undefined) return true;
  return {
    ...(sslCaFile === undefined ? {} : { ca: readFileSync(sslCaFile) }),
    ...(sslCertFile === undefined ? {} : { cert: readFileSync(sslCertFile) }),
    ...(sslKeyFile === undefined ? {} : { key: readFileSync(sslKeyFile) }),
  };
}
