import type { FailedEvent, StageCounts } from '@headwater/contracts';
import { isUndecodable, StageCounter, type Processor, type StreamedBatch } from '@headwater/stage';
import { undecodableRow } from './failed-rows';
import type { LoadRange, Row, RowMark } from './range';
import type { AnyTable } from './tables';

/** A failed event, and the record that it was made of. */
export interface FailedRow {
  readonly offset: bigint;
  readonly event: FailedEvent;
}

/** What is kept of a record once its row has been encoded: its place and name, and what it counts as. */
export interface LoadedMark extends RowMark {
  readonly app_id: string;
  /** Milliseconds. */
  readonly collector_tstamp: number;
}

/** A batch that was read once. */
export interface Prepared {
  readonly range: LoadRange<LoadedMark>;
  /** Records that cannot become rows. */
  readonly failed: readonly FailedRow[];
}

/**
 * Reads a batch once: hands each record to `encode`, and makes failed events of those that could not be decoded. Of a batch that
 * is decoded while it is read, only the marks stay.
 */
export function prepare(
  batch: StreamedBatch<object>,
  table: AnyTable,
  processor: Processor,
  encode: (value: object) => void,
): Prepared {
  const { partition, first, next } = batch;
  const place = { topic: batch.topic.name, partition };
  const rows: LoadedMark[] = [];
  const failed: FailedRow[] = [];
  for (const record of batch.records) {
    const { offset } = record;
    if (isUndecodable(record)) {
      failed.push({ offset, event: undecodableRow(processor, place, record) });
      continue;
    }
    // Every topic that is loaded has these two fields.
    const { app_id, collector_tstamp } = record.value as Pick<LoadedMark, 'app_id' | 'collector_tstamp'>;
    rows.push({ offset, id: idOf(record.value, table), app_id, collector_tstamp });
    encode(record.value);
  }
  return { range: { ...place, first, next, rows }, failed };
}

/**
 * The same range with its records, read once more: for the rows that the table does not take. What could not be decoded the first
 * time has failed already, and stays failed although its schema may be known by now.
 */
export function withValues({ records }: StreamedBatch<object>, range: LoadRange<LoadedMark>): LoadRange {
  const marks = new Map(range.rows.map((mark) => [mark.offset, mark]));
  const rows: Row[] = [];
  for (const record of records) {
    const mark = marks.get(record.offset);
    if (mark && !isUndecodable(record)) rows.push({ offset: mark.offset, id: mark.id, value: record.value });
  }
  return { ...range, rows };
}

const idOf = (value: object, { id }: AnyTable): string =>
  String((value as Readonly<Record<string, unknown>>)[id]);

/**
 * What the loader did to a batch of valid events: in = out + failed, by app and minute of collector time.
 *
 * @param failed all failed events made of this batch
 * @param lag records that the partition still holds behind it
 * @param now time at which the rows could be queried, milliseconds
 */
export function countLoaded(
  { topic, partition, first, next, rows }: LoadRange<LoadedMark>,
  failed: readonly FailedRow[],
  lag: number,
  now: number,
): readonly StageCounts[] {
  const counter = new StageCounter({
    stage: 'loader',
    unit: 'event',
    source: `${topic}/${partition}/${first}-${next}`,
    lag,
  });
  const failedOffsets = new Set(failed.map(({ offset }) => offset));
  for (const { offset, app_id, collector_tstamp } of rows)
    // Only the totals: the validator has counted the same events by name, and each series is a record of its own.
    if (!failedOffsets.has(offset))
      counter.ok({ app_id, collector_tstamp, event_name: null }, Math.max(0, now - collector_tstamp));
  for (const { app_id, collector_tstamp, failure_type } of failed.map(({ event }) => event))
    counter.failed({ app_id, collector_tstamp, event_name: null }, failure_type ?? 'unknown');
  return counter.summaries();
}
