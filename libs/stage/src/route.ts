import { topics, type FailedEvent, type StageName, type Topic } from '@headwater/contracts';
import {
  isUndecodable,
  type Batch,
  type Output,
  type Received,
  type Routed,
  type TooLarge,
  type Undecodable,
} from './batch';
import { failedEvent, type Processor } from './failed-event';
import { failure } from './failure';
import type { Fate, Subject } from './fate';
import { StageCounter } from './stage-counts';

/** A stage between two topics. */
export interface Stage<In, Out extends Subject> {
  readonly name: Extract<StageName, 'enricher' | 'validator'>;
  readonly processor: Processor;
  /** Where good events go. Failed ones go to the dead-letter topic, counts to stage-counts. */
  readonly to: Topic;
  /** True where one record holds a whole payload: the stage then publishes the link between payloads and events. */
  readonly readsPayloads: boolean;
  /** All fates that come of one record. Must not depend on time, chance or other records of the batch being there. */
  readonly judge: (received: Received<In>) => readonly Fate<Out>[];
  /** What a failed event keeps of a good one that turned out too large to be written. */
  readonly describe: (event: Out) => Parameters<typeof failedEvent>[3];
}

/** Runs a stage over a batch: good events, dead letters and, once sizes are known, the exact counts of both. */
export function route<In extends { readonly collector_tstamp: number }, Out extends Subject>(
  batch: Batch<In>,
  stage: Stage<In, Out>,
): Routed {
  const outputs: Output[] = [];
  const counted: { fate: Fate<Out>; output: Output | null; delayMs: number }[] = [];
  const payloadTimes: number[] = [];

  for (const record of batch.records) {
    const fates: readonly Fate<Out>[] = isUndecodable(record)
      ? [undecodable(batch, record, stage)]
      : stage.judge(record);
    if (stage.readsPayloads)
      payloadTimes.push(isUndecodable(record) ? record.timestamp : record.value.collector_tstamp);
    for (const fate of fates) {
      const output = outputOf(fate, stage.to);
      if (output) outputs.push(output);
      const subject = fate.kind === 'dropped' ? fate.subject : fate.value;
      counted.push({ fate, output, delayMs: Math.max(0, record.timestamp - subject.collector_tstamp) });
    }
  }

  const complete = (tooLarge: readonly TooLarge[]): readonly Output[] => {
    const oversize = new Map(tooLarge.map((problem) => [problem.output, problem]));
    const counter = new StageCounter({
      stage: stage.name,
      unit: 'event',
      source: `${batch.topic.name}/${String(batch.partition)}/${String(batch.first)}-${String(batch.next)}`,
      lag: batch.lag,
    });
    for (const time of payloadTimes) counter.payload(time);
    const replaced: Output[] = [];
    for (const { fate, output, delayMs } of counted) {
      const problem = output && oversize.get(output);
      if (problem && fate.kind !== 'dropped') {
        const dead = sizeViolation(stage, fate, problem);
        replaced.push({ topic: topics.failedEvents, value: dead });
        counter.failed(dead, 'size_violation');
      } else if (fate.kind === 'ok') counter.ok(fate.value, delayMs);
      else if (fate.kind === 'failed') counter.failed(fate.value, fate.value.failure_type ?? 'unknown');
      else counter.dropped(fate.subject, fate.reason);
    }
    return [...replaced, ...counter.summaries().map((value) => ({ topic: topics.stageCounts, value }))];
  };
  return { outputs, complete };
}

function outputOf<Out extends Subject>(fate: Fate<Out>, to: Topic): Output | null {
  if (fate.kind === 'dropped') return null;
  return { topic: fate.kind === 'ok' ? to : topics.failedEvents, value: fate.value };
}

function undecodable<In, Out extends Subject>(
  batch: Batch<In>,
  record: Undecodable,
  stage: Stage<In, Out>,
): Fate<Out> {
  const { reason, length, sha256 } = record.undecodable;
  const place = `${batch.topic.name}/${String(batch.partition)} at offset ${String(record.offset)}`;
  const problem = failure(
    'undecodable_record',
    `The record in ${place} is not what the topic holds: ${reason}.`,
    { source: 'decoder' },
  );
  return {
    kind: 'failed',
    value: failedEvent(stage.name, stage.processor, [problem], {
      app_id: 'unknown',
      collector_tstamp: record.timestamp,
      reference: {
        topic: batch.topic.name,
        partition: batch.partition,
        offset: Number(record.offset),
        length,
        sha256,
      },
      replayable: false,
      not_replayable_reason: 'The content could not be decoded; only its place is kept.',
    }),
  };
}

/** A failed event for something no record can hold: the sizes, and no content. */
function sizeViolation<In, Out extends Subject>(
  stage: Stage<In, Out>,
  fate: Exclude<Fate<Out>, { kind: 'dropped' }>,
  { actualBytes, maximumBytes }: TooLarge,
): FailedEvent {
  const problem = failure(
    'size_violation',
    `The event takes ${String(actualBytes)} bytes after ${stage.name}, more than the ${String(maximumBytes)} that a record can hold. Send less with it.`,
    {
      value: String(actualBytes),
      expectation: `at most ${String(maximumBytes)} bytes`,
      source: stage.name,
    },
  );
  const subject = fate.kind === 'ok' ? stage.describe(fate.value) : { ...fate.value };
  return failedEvent(stage.name, stage.processor, [problem], {
    ...subject,
    parameters: null,
    payload: null,
    replayable: false,
    not_replayable_reason: 'The content was too large to be kept.',
  });
}
