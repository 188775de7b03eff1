import type { SchemaName } from './generated/schemas';

/** The programs that read or write topics. `consumers` stands for anyone outside Headwater who reads a public topic. */
export type ServiceName = 'collector' | 'enricher' | 'validator' | 'loader' | 'quality-monitor';
/** The command line, which writes replays. */
export type Producer = ServiceName | 'cli';
export type Reader = ServiceName | 'consumers';

export interface Topic {
  /** Name without the prefix of the installation. */
  readonly name: string;
  /** Avro record that every value holds, in the Confluent wire format. */
  readonly schema: SchemaName;
  /** What the topic is for, in one sentence. */
  readonly summary: string;
  readonly producers: readonly Producer[];
  readonly readers: readonly Reader[];
  /** Fields of the value that make the key, joined by U+001F in UTF-8; empty: no key, records are spread evenly. */
  readonly key: readonly string[];
  readonly retentionHours: number;
  /** Largest record batch in bytes; grows along the flow, so that what one stage accepted the next can hold. */
  readonly maxMessageBytes: number;
  readonly cleanupPolicy: 'delete' | 'compact';
  readonly compression: 'zstd' | 'producer';
}

const MiB = 1024 * 1024;
const days = (n: number): number => n * 24;

/** The whole dataflow, in order. Topics, diagram, subjects, ACLs and reference pages are made from this table. */
export const topics = {
  collectorPayloads: {
    name: 'collector-payloads',
    schema: 'CollectorPayload',
    summary:
      'One record a request, the body as it came. Holds truncated addresses: only the enricher reads it.',
    producers: ['collector'],
    readers: ['enricher'],
    key: [],
    retentionHours: 24,
    maxMessageBytes: 2 * MiB,
    cleanupPolicy: 'delete',
    compression: 'producer',
  },
  enrichedEvents: {
    name: 'enriched-events',
    schema: 'EnrichedEvent',
    summary: 'One record an event: enriched, pseudonymised, not yet validated.',
    producers: ['enricher'],
    readers: ['validator'],
    key: ['app_id', 'event_id'],
    retentionHours: days(7),
    maxMessageBytes: 4 * MiB,
    cleanupPolicy: 'delete',
    compression: 'producer',
  },
  validEvents: {
    name: 'valid-events',
    schema: 'EnrichedEvent',
    summary: 'Events without duplicates that meet their schemas: what consumers read.',
    producers: ['validator'],
    readers: ['loader', 'consumers'],
    key: ['app_id', 'event_id'],
    retentionHours: days(7),
    maxMessageBytes: 5 * MiB,
    cleanupPolicy: 'delete',
    compression: 'producer',
  },
  failedEvents: {
    name: 'failed-events',
    schema: 'FailedEvent',
    summary: 'The dead-letter topic: every event that could not go on, with all reasons.',
    producers: ['collector', 'enricher', 'validator', 'loader'],
    readers: ['loader', 'consumers'],
    key: ['failed_id'],
    retentionHours: days(14),
    maxMessageBytes: 6 * MiB,
    cleanupPolicy: 'delete',
    compression: 'producer',
  },
  replays: {
    name: 'replays',
    schema: 'Replay',
    summary: 'Failed events, repaired, on their way back into the enricher.',
    producers: ['cli'],
    readers: ['enricher'],
    key: ['failed_id'],
    retentionHours: days(7),
    maxMessageBytes: 4 * MiB,
    cleanupPolicy: 'delete',
    compression: 'producer',
  },
  stageCounts: {
    name: 'stage-counts',
    schema: 'StageCounts',
    summary: 'What each stage did, by minute of collector time, app and series.',
    producers: ['collector', 'enricher', 'validator', 'loader'],
    readers: ['quality-monitor', 'loader'],
    key: ['app_id', 'series'],
    retentionHours: days(14),
    maxMessageBytes: 1 * MiB,
    cleanupPolicy: 'delete',
    compression: 'producer',
  },
  qualityAlerts: {
    name: 'quality-alerts',
    schema: 'QualityAlert',
    summary: 'Alerts, raised and resolved.',
    producers: ['quality-monitor'],
    readers: ['loader', 'consumers'],
    key: ['dedupe_key'],
    retentionHours: days(30),
    maxMessageBytes: 1 * MiB,
    cleanupPolicy: 'delete',
    compression: 'producer',
  },
} as const satisfies Record<string, Topic>;

export type TopicId = keyof typeof topics;
export type TopicName = (typeof topics)[TopicId]['name'];

/** Registry subject of a topic's values (TopicNameStrategy), prefix included. */
export const subjectOf = (topic: { readonly name: string }, prefix = ''): string =>
  `${prefix}${topic.name}-value`;

/** What a topic is given in an installation of a certain size. */
export interface TopicSizing {
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
}

/** A cluster, and the one-node stack that `npm start` and the tests use. */
export const sizings = {
  cluster: { partitions: 12, replicationFactor: 3, minInsyncReplicas: 2 },
  embedded: { partitions: 2, replicationFactor: 1, minInsyncReplicas: 1 },
} as const satisfies Record<string, TopicSizing>;

const topicsByName: ReadonlyMap<string, Topic> = new Map(
  Object.values(topics).map((topic) => [topic.name, topic]),
);

/** Looks a topic up by its name without prefix. Throws when there is none: a typing error of ours, never of the data. */
export function topicNamed(name: string): Topic {
  const topic = topicsByName.get(name);
  if (!topic)
    throw new Error(
      `No topic is called "${name}": the table in libs/contracts/src/topics.ts knows ${[...topicsByName.keys()].join(', ')}.`,
    );
  return topic;
}

const SEPARATOR = '\u001f';

/** The record key of a value: the topic's key fields joined by U+001F; null for a topic without key. */
export function keyOf(topic: Topic, value: object): string | null {
  if (topic.key.length === 0) return null;
  const fields = value as Readonly<Record<string, string | null | undefined>>;
  return topic.key.map((field) => fields[field] ?? '').join(SEPARATOR);
}
