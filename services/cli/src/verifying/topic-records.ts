import {
  topics,
  type CollectorPayload,
  type EnrichedEvent,
  type FailedEvent,
  type ServiceName,
  type Topic,
} from '@headwater/contracts';
import type { TopicInspector } from '@headwater/kafka';
import { isUndecodable } from '@headwater/stage';
import {
  leaksIn,
  mayBeInPayload,
  type Facts,
  type LagOfPartition,
  type Leak,
  type SeenRecords,
} from '@headwater/verification';
import { readWatched } from './watcher';

/** Services that belong to a consumer group whose lag matters to the run. */
const groups: readonly ServiceName[] = ['enricher', 'validator', 'loader'];

/** What was in the topics when the check began, and must be worked off. */
export type Targets = ReadonlyMap<string, bigint>;

const place = (group: string, topic: Topic, partition: number): string =>
  `${group} ${topic.name}/${String(partition)}`;

/** Where the logs end now, committed or not: until there every group must come. */
export async function targetsNow(inspector: TopicInspector): Promise<Targets> {
  const targets = new Map<string, bigint>();
  for (const group of groups)
    for (const topic of Object.values<Topic>(topics).filter(({ readers }) => readers.includes(group)))
      for (const { partition, end } of await inspector.bounds(topic))
        targets.set(place(group, topic, partition), end);
  return targets;
}

/** What is left to do until the targets. */
export async function lagNow(
  inspector: TopicInspector,
  targets: Targets,
): Promise<readonly LagOfPartition[]> {
  const left: LagOfPartition[] = [];
  for (const group of groups)
    for (const { topic, partition, committed, start } of await inspector.lag(group)) {
      const target = targets.get(place(group, topic, partition)) ?? 0n;
      const at = committed === null || committed < start ? start : committed;
      left.push({ group, topic: topic.name, partition, left: target > at ? Number(target - at) : 0 });
    }
  return left;
}

/** Lays every record of the app in the topics, and all that a reader saw of it, against the ledger. */
export async function observeTopics(
  inspector: TopicInspector,
  folder: string,
  facts: Facts,
  seen: SeenRecords,
): Promise<void> {
  const { app } = facts.plan;
  const starts = await startsOf(folder, seen);
  for (const topic of [topics.validEvents, topics.failedEvents] as const) {
    const from = await readableFrom(inspector, topic, starts, seen);
    for await (const { partition, record } of inspector.read(topic, from)) {
      if (isUndecodable(record)) continue;
      const offset = Number(record.offset);
      if (topic === topics.validEvents) {
        const event = record.value as EnrichedEvent;
        if (event.app_id !== app) continue;
        seen.valid({
          partition,
          offset,
          id: event.event_id,
          duplicateOf: event.duplicate_of ?? '',
          title: event.page_title ?? '',
        });
      } else {
        const failed = record.value as FailedEvent;
        if (failed.app_id !== app) continue;
        seen.failed({
          partition,
          offset,
          failedId: failed.failed_id,
          eventId: failed.event_id ?? '',
          title: failed.parameters?.['page'] ?? '',
          userAgent: failed.useragent ?? '',
          stage: failed.stage ?? 'unknown',
        });
        for (const leak of leaksIn(JSON.stringify(failed)))
          seen.leak({
            where: `topic failed-events, ${String(partition)}/${String(offset)}`,
            encoding: leak.encoding,
            found: leak.text,
          });
      }
    }
  }
  seen.watch.compare();
}

/** Notes which of several events under one id came first into the validator. */
export async function observeInput(
  inspector: TopicInspector,
  folder: string,
  { plan }: Facts,
  seen: SeenRecords,
): Promise<void> {
  const starts = new Map<number, bigint>();
  for await (const { kind, topic, partition, offset } of readWatched(folder))
    if (kind === 'start' && topic === topics.enrichedEvents.name) starts.set(partition, BigInt(offset));
  const from = new Map<number, bigint>();
  for (const { partition, start } of await inspector.bounds(topics.enrichedEvents)) {
    const first = starts.get(partition) ?? start;
    from.set(partition, first < start ? start : first);
  }
  for await (const { partition, record } of inspector.read(topics.enrichedEvents, from)) {
    if (isUndecodable(record)) continue;
    const { app_id, event_id: id, page_title } = record.value as EnrichedEvent;
    if (app_id === plan.app)
      seen.input({ partition, offset: Number(record.offset), id, title: page_title ?? '' });
  }
}

/** In `collector-payloads` addresses may stand, cut to /24 and /48; identifiers are still as they were sent. */
export async function scanPayloads(inspector: TopicInspector, since: number): Promise<readonly Leak[]> {
  const leaks: Leak[] = [];
  for await (const { partition, record } of inspector.read(topics.collectorPayloads, 'start')) {
    if (isUndecodable(record) || record.timestamp < since) continue;
    const { body, ...envelope } = record.value as CollectorPayload;
    for (const text of [JSON.stringify(envelope), body?.toString('utf8') ?? ''])
      for (const leak of leaksIn(text)) {
        if (mayBeInPayload(leak)) continue;
        leaks.push({
          where: `topic collector-payloads, ${String(partition)}/${String(record.offset)}`,
          encoding: leak.encoding,
          found: leak.text,
        });
      }
  }
  return leaks;
}

/** Reads what the reader noted down, and where it began: there the app's records can begin at the earliest. */
async function startsOf(
  folder: string,
  seen: SeenRecords,
): Promise<ReadonlyMap<string, ReadonlyMap<number, bigint>>> {
  const starts = new Map<string, Map<number, bigint>>();
  for await (const { kind, topic, partition, offset, id } of readWatched(folder)) {
    if (kind === 'start') {
      const ofTopic = starts.get(topic) ?? new Map<number, bigint>();
      starts.set(topic, ofTopic.set(partition, BigInt(offset)));
    } else seen.watch.saw(topic, partition, Number(offset), id ?? '');
  }
  return starts;
}

async function readableFrom(
  inspector: TopicInspector,
  topic: Topic,
  starts: ReadonlyMap<string, ReadonlyMap<number, bigint>>,
  seen: SeenRecords,
): Promise<ReadonlyMap<number, bigint>> {
  const from = new Map<number, bigint>();
  for (const { partition, start } of await inspector.bounds(topic)) {
    const watchedFrom = starts.get(topic.name)?.get(partition) ?? start;
    const first = watchedFrom < start ? start : watchedFrom;
    from.set(partition, first);
    seen.watch.startsAt(topic.name, partition, Number(first));
  }
  return from;
}
