import { ContentRefused, encodeBlock, UnencodableValue, unfitRows, type Block } from '@headwater/clickhouse';
import { topics, type EnrichedEvent, type FailedEvent } from '@headwater/contracts';
import type { Log } from '@headwater/kafka';
import {
  afterRefusal,
  countLoaded,
  minimalFailedEvent,
  prepare,
  refusedRow,
  tables,
  tokenOf,
  type AnyTable,
  type FailedRow,
  type LoadRange,
  type ParametersOf,
  type Row,
} from '@headwater/loading';
import type { Batch, Output, Processor } from '@headwater/stage';
import type { LoaderMetrics } from './loader-metrics';

/** What the loader needs of ClickHouse. */
export interface TableWriter {
  insert(table: string, block: Block, options: { readonly token: string }): Promise<void>;
}

/** What the loader needs of Kafka. */
export interface OutputWriter {
  writeAll(outputs: readonly Output[]): Promise<void>;
}

/** What the loader needs to know of the tables. */
export interface TableGuard {
  require(table: AnyTable): Promise<void>;
  requireAgain(table: AnyTable): Promise<void>;
}

export interface LoaderParts {
  readonly clickhouse: TableWriter;
  readonly guard: TableGuard;
  readonly writer: OutputWriter;
  readonly processor: Processor;
  readonly parametersOf: ParametersOf;
  readonly metrics: LoaderMetrics;
  readonly log: Log;
  readonly now: () => number;
}

/** A row that its table refused, and why: named by column or code, never by value. */
interface Refused {
  readonly row: Row;
  readonly why: string;
}

/**
 * Puts batches into tables, each row exactly once.
 *
 * Every step may be repeated: inserts under the same tokens, failed events and counts under ids made of their content. So a
 * batch that fails half-way, or whose loader dies, is simply loaded again.
 */
export class Loader {
  constructor(private readonly parts: LoaderParts) {}

  /** Loads valid events, and publishes what became of them. */
  async events(batch: Batch<EnrichedEvent>): Promise<void> {
    const failed = await this.load(batch, tables.events);
    const now = this.parts.now();
    const counts = countLoaded(batch, failed, now).map((value): Output => ({
      topic: topics.stageCounts,
      value,
    }));
    if (counts.length === 0) return;
    await this.parts.writer.writeAll([...failed.map(toDeadLetter), ...counts]);
    this.parts.metrics.oldestEvent(now - oldestOf(batch, now));
  }

  /** Loads alerts or stage counts. It counts nothing: counts of counts would never end. */
  async records(batch: Batch<object>, table: AnyTable): Promise<void> {
    const failed = await this.load(batch, table);
    if (failed.length > 0) await this.parts.writer.writeAll(failed.map(toDeadLetter));
  }

  /** Loads failed events. What cannot be loaded goes into the same table with less content: never into the topic again. */
  async failedEvents(batch: Batch<FailedEvent>): Promise<void> {
    const table = tables.failedEvents;
    const { range, failed } = prepare(batch, table, this.parts.processor);
    const refused = await this.insertRange(table, range);
    const kept: Row[] = [
      ...failed.map(({ offset, event }) => ({ offset, value: event, id: event.failed_id })),
      ...refused.map(({ row, why }) => {
        const event = minimalFailedEvent(row.value as FailedEvent, why);
        return { offset: row.offset, value: event, id: event.failed_id };
      }),
    ];
    if (kept.length === 0) return;
    // Refused again, this would be an error of the table: it is thrown and stops the loader, and nothing is lost.
    await this.insert(table, { ...range, rows: kept }, 'kept');
  }

  private async load(batch: Batch<object>, table: AnyTable): Promise<readonly FailedRow[]> {
    const { processor, parametersOf } = this.parts;
    const { range, failed } = prepare(batch, table, processor);
    const refused = await this.insertRange(table, range);
    return [
      ...failed,
      ...refused.map(({ row, why }) => ({
        offset: row.offset,
        event: refusedRow(processor, table, row, why, parametersOf),
      })),
    ];
  }

  /** Inserts a range, and returns the rows that do not fit. */
  private async insertRange(table: AnyTable, whole: LoadRange): Promise<readonly Refused[]> {
    await this.parts.guard.require(table);
    const refused: Refused[] = [];
    try {
      await this.insertInParts(table, whole, refused);
    } catch (error) {
      if (!(error instanceof UnencodableValue)) throw error;
      const { fitting, unfit } = withoutUnfit(table, whole);
      refused.push(...unfit);
      await this.insertInParts(table, fitting, refused);
    }
    this.report(table, whole, refused);
    return refused;
  }

  /** Inserts a range, cut to pieces where ClickHouse refuses its content, down to the rows that are to blame. */
  private async insertInParts(table: AnyTable, whole: LoadRange, refused: Refused[]): Promise<void> {
    const waiting = [whole];
    let tableIsInnocent = false;
    for (let range = waiting.pop(); range !== undefined; range = waiting.pop()) {
      try {
        await this.insert(table, range);
      } catch (error) {
        if (error instanceof UnencodableValue || !(error instanceof ContentRefused)) throw error;
        this.parts.metrics.insertRefused(table);
        // A table that was changed by hand refuses every row: then the rows are innocent, and wait.
        if (!tableIsInnocent) await this.parts.guard.requireAgain(table);
        tableIsInnocent = true;
        const verdict = afterRefusal(range);
        if (verdict.kind === 'halves') waiting.push(...verdict.halves);
        else if (verdict.kind === 'row') refused.push({ row: verdict.row, why: error.message });
      }
    }
  }

  private async insert(table: AnyTable, range: LoadRange, suffix = ''): Promise<void> {
    if (range.rows.length === 0) return;
    const block = encodeBlock(table.columns, valuesOf(range));
    const token = tokenOf(range);
    const end = this.parts.metrics.startInsert(table);
    try {
      await this.parts.clickhouse.insert(table.stored, block, {
        token: suffix === '' ? token : `${token}-${suffix}`,
      });
    } finally {
      end();
    }
    this.parts.metrics.inserted(table, range.rows.length);
  }

  private report(table: AnyTable, range: LoadRange, refused: readonly Refused[]): void {
    if (refused.length === 0) return;
    this.parts.metrics.rowsRefused(table, refused.length);
    const { topic, partition, first, next } = range;
    this.parts.log.warn(
      {
        topic,
        partition,
        first: String(first),
        next: String(next),
        refused: refused.length,
        table: table.stored,
      },
      `${refused.length} of ${range.rows.length} records do not fit ${table.stored} and become failed events: ${refused[0]?.why ?? ''} The failed events say which they are.`,
    );
  }
}

const valuesOf = ({ rows }: LoadRange): readonly object[] => rows.map(({ value }) => value);

function withoutUnfit(
  table: AnyTable,
  range: LoadRange,
): { readonly fitting: LoadRange; readonly unfit: readonly Refused[] } {
  const unfit = new Map(
    unfitRows(table.columns, valuesOf(range)).map(({ index, error }) => [index, error.message]),
  );
  return {
    fitting: { ...range, rows: range.rows.filter((_row, index) => !unfit.has(index)) },
    unfit: range.rows.flatMap((row, index) => {
      const why = unfit.get(index);
      return why === undefined ? [] : [{ row, why }];
    }),
  };
}

const toDeadLetter = ({ event }: FailedRow): Output => ({ topic: topics.failedEvents, value: event });

function oldestOf(batch: Batch<EnrichedEvent>, now: number): number {
  let oldest = now;
  for (const record of batch.records)
    if ('value' in record && record.value.collector_tstamp < oldest) oldest = record.value.collector_tstamp;
  return oldest;
}
