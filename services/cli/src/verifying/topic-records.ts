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
  mayBeInInput,
  mayBeInPayload,
  type Facts,
  type LagOfPartition,
  type Leak,
  type SeenInput,
  type SeenRecords,
} from '@headwater/verification';
import { leaksAt } from './leak-scan';
import { isWatched, readWatched } from './watcher';

/** Every service that reads a topic, by the topic table: each has a group, in the order of the flow. */
export const readingServices: readonly ServiceName[] = [
  ...new Set(Object.values<Topic>(topics).flatMap(({ readers }) => readers)),
].filter((reader) => reader !== 'consumers');

/** What to do where nobody was there to see it. */
const ANOTHER_RUN = 'What it would have seen cannot be made up for: mend this, and make another run';

/** So far the clock of a collector may be from ours. */
const CLOCKS_DIFFER_MS = 15 * 60_000;

/** What was in the topics when the check began, and must be worked off. */
export type Targets = ReadonlyMap<string, bigint>;

const place = (group: string, topic: Topic, partition: number): string =>
  `${group} ${topic.name}/${String(partition)}`;

/** Where the logs end now, committed or not: until there every group must come. */
export async function targetsNow(
  inspector: TopicInspector,
  groups: readonly ServiceName[],
): Promise<Targets> {
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
  groups: readonly ServiceName[],
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
  const starts = await startsOf(folder, facts, seen);
  for (const topic of [topics.validEvents, topics.failedEvents] as const) {
    const from = await readableFrom(inspector, topic, starts.get(topic.name));
    for (const [partition, first] of from) seen.watch.startsAt(topic.name, partition, Number(first));
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
      }
      for (const leak of leaksAt(whereIn(topic, partition, record.offset), textOf(record.value)))
        seen.leak(leak);
    }
  }
  seen.watch.compare();
}

/** Notes which of several events under one id came first into the validator. */
export async function observeInput(
  inspector: TopicInspector,
  folder: string,
  { plan }: Facts,
  came: SeenInput,
): Promise<void> {
  const topic = topics.enrichedEvents;
  const from = await readableFrom(inspector, topic, await notedStarts(folder, topic));
  for await (const { partition, record } of inspector.read(topic, from)) {
    if (isUndecodable(record)) continue;
    const { app_id, event_id: id, page_title } = record.value as EnrichedEvent;
    if (app_id !== plan.app) continue;
    came.record({ partition, offset: Number(record.offset), id, title: page_title ?? '' });
    const where = whereIn(topic, partition, record.offset);
    for (const leak of leaksAt(where, textOf(record.value), mayBeInInput)) came.leak(leak);
  }
}

/**
 * In `collector-payloads` addresses may stand, cut to /24 and /48; identifiers are still as they were sent.
 *
 * @param since when the first request was sent, milliseconds since 1970: for a run that noted no offsets, where the clocks of
 *   the collectors, some minutes off from ours, must do
 */
export async function scanPayloads(
  inspector: TopicInspector,
  folder: string,
  since: number,
): Promise<readonly Leak[]> {
  const topic = topics.collectorPayloads;
  const noted = await notedStarts(folder, topic);
  const from = await readableFrom(inspector, topic, noted);
  const leaks: Leak[] = [];
  for await (const { partition, record } of inspector.read(topic, from)) {
    if (isUndecodable(record)) continue;
    if (!noted.has(partition) && record.timestamp < since - CLOCKS_DIFFER_MS) continue;
    const { body, ...envelope } = record.value as CollectorPayload;
    const where = whereIn(topic, partition, record.offset);
    for (const text of [JSON.stringify(envelope), body?.toString('utf8') ?? ''])
      for (const leak of leaksAt(where, text, mayBeInPayload)) leaks.push(leak);
  }
  return leaks;
}

/** Reads what the reader noted down, and where it began: there the app's records can begin at the earliest. */
async function startsOf(
  folder: string,
  { hasEnded: hasLoadEnded }: Facts,
  seen: SeenRecords,
): Promise<ReadonlyMap<string, ReadonlyMap<number, bigint>>> {
  const starts = new Map<string, Map<number, bigint>>();
  const { watch } = seen;
  let hasEnded = false;
  let problem: string | null = null;
  for await (const line of readWatched(folder))
    switch (line.kind) {
      case 'start': {
        const ofTopic = starts.get(line.topic) ?? new Map<number, bigint>();
        starts.set(line.topic, ofTopic.set(line.partition, BigInt(line.offset)));
        if (isWatched(line.topic)) watch.beganAt(line.topic, line.partition, Number(line.offset));
        break;
      }
      case 'seen':
        watch.saw(line.topic, line.partition, Number(line.offset), line.id);
        break;
      case 'problem':
        problem ??= `the reader did not stay to the end of the load: ${line.why}`;
        break;
      case 'absent':
        problem ??= `nobody read the topics during the run, though that was wanted: ${line.why}`;
        break;
      default:
        hasEnded = true;
    }
  // One that was killed together with the load was there as long as the load.
  if (starts.size > 0 && !hasEnded && hasLoadEnded)
    problem ??=
      'the reader did not stay to the end of the load: its notes break off before that (was the disk full?)';
  if (problem !== null) watch.reader = { kind: 'failed', why: `${problem} ${ANOTHER_RUN}` };
  else if (starts.size > 0) watch.reader = { kind: 'seen', value: true };
  return starts;
}

/** Where the reader noted the end of a topic before the run, by partition. */
async function notedStarts(folder: string, topic: Topic): Promise<ReadonlyMap<number, bigint>> {
  const starts = new Map<number, bigint>();
  for await (const line of readWatched(folder))
    if (line.kind === 'start' && line.topic === topic.name) starts.set(line.partition, BigInt(line.offset));
  return starts;
}

/** Where a topic is read from: where the reader noted its end before the run, or else what is still there. */
async function readableFrom(
  inspector: TopicInspector,
  topic: Topic,
  noted: ReadonlyMap<number, bigint> | undefined,
): Promise<ReadonlyMap<number, bigint>> {
  const from = new Map<number, bigint>();
  for (const { partition, start } of await inspector.bounds(topic)) {
    const first = noted?.get(partition) ?? start;
    from.set(partition, first < start ? start : first);
  }
  return from;
}

const whereIn = ({ name }: Topic, partition: number, offset: bigint): string =>
  `topic ${name}, ${String(partition)}/${String(offset)}`;

/** All texts of a record. */
const textOf = (value: object): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
