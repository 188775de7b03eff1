import {
  BlockEncoder,
  ContentRefused,
  encodeBlock,
  UnencodableValue,
  unfitRows,
  type Block,
} from '@headwater/clickhouse';
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
  withValues,
  type AnyTable,
  type FailedRow,
  type LoadRange,
  type ParametersOf,
  type Prepared,
  type Row,
} from '@headwater/loading';
import type { Output, Processor, StreamedBatch } from '@headwater/stage';
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
  private readonly encoders = new Map<AnyTable, BlockEncoder>();

  constructor(private readonly parts: LoaderParts) {}

  /** Loads valid events, and publishes what became of them. */
  async events(batch: StreamedBatch<EnrichedEvent>): Promise<void> {
    const { range, failed } = await this.load(batch, tables.events);
    const now = this.parts.now();
    const counts = countLoaded(range, failed, batch.lag, now).map((value): Output => ({
      topic: topics.stageCounts,
      value,
    }));
    if (counts.length === 0) return;
    await this.parts.writer.writeAll([...failed.map(toDeadLetter), ...counts]);
    this.parts.metrics.oldestEvent(now - oldestOf(range, now));
  }

  /** Loads alerts or stage counts. It counts nothing: counts of counts would never end. */
  async records(batch: StreamedBatch<object>, table: AnyTable): Promise<void> {
    const { failed } = await this.load(batch, table);
    if (failed.length > 0) await this.parts.writer.writeAll(failed.map(toDeadLetter));
  }

  /** Loads failed events. What cannot be loaded goes into the same table with less content: never into the topic again. */
  async failedEvents(batch: StreamedBatch<FailedEvent>): Promise<void> {
    const table = tables.failedEvents;
    const { range, failed, refused } = await this.insertBatch(batch, table);
    const kept: Row[] = [
      ...failed.map(({ offset, event }) => ({ offset, value: event, id: event.failed_id })),
      ...refused.map(({ row, why }) => {
        const event = minimalFailedEvent(row.value as FailedEvent, why);
        return { offset: row.offset, value: event, id: event.failed_id };
      }),
    ];
    if (kept.length === 0) return;
    // Refused again, this would be an error of the table: it is thrown and stops the loader, and nothing is lost.
    const rest = { ...range, rows: kept };
    await this.insert(table, encodeBlock(table.columns, valuesOf(rest)), `${tokenOf(rest)}-kept`);
  }

  private async load(batch: StreamedBatch<object>, table: AnyTable): Promise<Prepared> {
    const { processor, parametersOf } = this.parts;
    const { range, failed, refused } = await this.insertBatch(batch, table);
    return {
      range,
      failed: [
        ...failed,
        ...refused.map(({ row, why }) => ({
          offset: row.offset,
          event: refusedRow(processor, table, row, why, parametersOf),
        })),
      ],
    };
  }

  /**
   * Inserts a batch as one block, whose rows are encoded as they are decoded. Only for a block that the table does not take are
   * the rows kept, to find those that are to blame.
   */
  private async insertBatch(
    batch: StreamedBatch<object>,
    table: AnyTable,
  ): Promise<Prepared & { readonly refused: readonly Refused[] }> {
    await this.parts.guard.require(table);
    // Nothing is waited for until the block is taken: one encoder a table is enough.
    const encoder = this.encoders.get(table) ?? new BlockEncoder(table.columns);
    this.encoders.set(table, encoder);
    encoder.reset();
    const prepared = prepare(batch, table, this.parts.processor, (value) => {
      encoder.add(value);
    });
    try {
      await this.insert(table, encoder.take(), tokenOf(prepared.range));
      return { ...prepared, refused: [] };
    } catch (error) {
      if (!(error instanceof ContentRefused)) throw error;
      return {
        ...prepared,
        refused: await this.insertFitting(table, withValues(batch, prepared.range), error),
      };
    }
  }

  /** Inserts what fits of a range that was refused because of its content, and returns the other rows. */
  private async insertFitting(
    table: AnyTable,
    whole: LoadRange,
    error: ContentRefused,
  ): Promise<readonly Refused[]> {
    const refused: Refused[] = [];
    if (error instanceof UnencodableValue) {
      const { fitting, unfit } = withoutUnfit(table, whole);
      refused.push(...unfit);
      await this.insertInParts(table, fitting, null, refused);
    } else await this.insertInParts(table, whole, error, refused);
    this.report(table, whole, refused);
    return refused;
  }

  /**
   * Inserts a range, cut to pieces where ClickHouse refuses its content, down to the rows that are to blame.
   *
   * @param known how it was refused as a whole already, or null
   */
  private async insertInParts(
    table: AnyTable,
    whole: LoadRange,
    known: ContentRefused | null,
    refused: Refused[],
  ): Promise<void> {
    const waiting = [whole];
    let tableIsInnocent = false;
    for (let range = waiting.pop(); range !== undefined; range = waiting.pop()) {
      const refusal = (range === whole ? known : null) ?? (await this.refusalOf(table, range));
      if (refusal === null) continue;
      this.parts.metrics.insertRefused(table);
      // A table that was changed by hand refuses every row: then the rows are innocent, and wait.
      if (!tableIsInnocent) await this.parts.guard.requireAgain(table);
      tableIsInnocent = true;
      const verdict = afterRefusal(range);
      if (verdict.kind === 'halves') waiting.push(...verdict.halves);
      else if (verdict.kind === 'row') refused.push({ row: verdict.row, why: refusal.message });
    }
  }

  /** Inserts a range; null when it is in. */
  private async refusalOf(table: AnyTable, range: LoadRange): Promise<ContentRefused | null> {
    try {
      await this.insert(table, encodeBlock(table.columns, valuesOf(range)), tokenOf(range));
      return null;
    } catch (error) {
      if (error instanceof ContentRefused) return error;
      throw error;
    }
  }

  private async insert(table: AnyTable, block: Block, token: string): Promise<void> {
    if (block.rows === 0) return;
    const end = this.parts.metrics.startInsert(table);
    try {
      await this.parts.clickhouse.insert(table.stored, block, { token });
    } finally {
      end();
    }
    this.parts.metrics.inserted(table, block.rows);
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

const oldestOf = ({ rows }: Prepared['range'], now: number): number =>
  rows.reduce((oldest, { collector_tstamp }) => Math.min(oldest, collector_tstamp), now);
