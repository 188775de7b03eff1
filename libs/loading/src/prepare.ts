import type { EnrichedEvent, FailedEvent, StageCounts } from '@headwater/contracts';
import { isUndecodable, StageCounter, type Batch, type Processor } from '@headwater/stage';
import { undecodableRow } from './failed-rows';
import type { LoadRange, Row } from './range';
import type { AnyTable } from './tables';

/** A failed event, and the record that it was made of. */
export interface FailedRow {
  readonly offset: bigint;
  readonly event: FailedEvent;
}

/** A batch, ready to be inserted. */
export interface Prepared {
  readonly range: LoadRange;
  /** Records that cannot become rows. */
  readonly failed: readonly FailedRow[];
}

/** Turns the records of a batch into rows, and those that could not be decoded into failed events. */
export function prepare(batch: Batch<object>, table: AnyTable, processor: Processor): Prepared {
  const { partition, first, next } = batch;
  const place = { topic: batch.topic.name, partition };
  const rows: Row[] = [];
  const failed: FailedRow[] = [];
  for (const record of batch.records) {
    if (isUndecodable(record))
      failed.push({ offset: record.offset, event: undecodableRow(processor, place, record) });
    else rows.push({ offset: record.offset, value: record.value, id: idOf(record.value, table) });
  }
  return { range: { ...place, first, next, rows }, failed };
}

const idOf = (value: object, { id }: AnyTable): string =>
  String((value as Readonly<Record<string, unknown>>)[id]);

/**
 * What the loader did to a batch of valid events: in = out + failed, by app and minute of collector time.
 *
 * @param failed all failed events made of this batch
 * @param now time at which the rows could be queried, milliseconds
 */
export function countLoaded(
  batch: Batch<EnrichedEvent>,
  failed: readonly FailedRow[],
  now: number,
): readonly StageCounts[] {
  const counter = new StageCounter({
    stage: 'loader',
    unit: 'event',
    source: `${batch.topic.name}/${batch.partition}/${batch.first}-${batch.next}`,
    lag: batch.lag,
  });
  const failedOffsets = new Set(failed.map(({ offset }) => offset));
  for (const record of batch.records) {
    if (isUndecodable(record) || failedOffsets.has(record.offset)) continue;
    const { app_id, collector_tstamp } = record.value;
    // Only the totals: the validator has counted the same events by name, and each series is a record of its own.
    counter.ok({ app_id, collector_tstamp, event_name: null }, Math.max(0, now - collector_tstamp));
  }
  for (const { app_id, collector_tstamp, failure_type } of failed.map(({ event }) => event))
    counter.failed({ app_id, collector_tstamp, event_name: null }, failure_type ?? 'unknown');
  return counter.summaries();
}
