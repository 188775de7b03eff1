import { createHash } from 'node:crypto';

/** What is kept of a record that is to become a row, once it has been encoded. */
export interface RowMark {
  readonly offset: bigint;
  /** What makes the record unique in its table. */
  readonly id: string;
}

/** A record that is to become a row. */
export interface Row extends RowMark {
  readonly value: object;
}

/** Rows of one stretch of a partition, which go into the table together or not at all. */
export interface LoadRange<R extends RowMark = Row> {
  readonly topic: string;
  readonly partition: number;
  readonly first: bigint;
  /** Offset behind the last one. */
  readonly next: bigint;
  readonly rows: readonly R[];
}

/**
 * The name under which a range is inserted. ClickHouse drops a second insert under the same name, which is what makes a
 * repetition harmless; and would drop *other* rows under it just as silently. So the name holds what the rows are, and not only
 * where they stood: the same rows always have the same name, and other rows (of a topic made anew, say) never have it.
 */
export function tokenOf({ topic, partition, first, next, rows }: LoadRange<RowMark>): string {
  const digest = createHash('sha256');
  for (const { offset, id } of rows) digest.update(`${offset}:${id}\n`);
  return `${topic}-${partition}-${first}-${next}-${digest.digest('hex').slice(0, 16)}`;
}

/** What to do about a range that the database refused because of its content. */
export type AfterRefusal =
  /** Try both parts. */
  | { readonly kind: 'halves'; readonly halves: readonly [LoadRange, LoadRange] }
  /** This row is the cause. */
  | { readonly kind: 'row'; readonly row: Row }
  | { readonly kind: 'nothing' };

/**
 * Cuts a refused range in the middle of its rows, or names its only row as the cause. It depends on the rows alone, so a batch
 * that is delivered again is cut at the same places, and what went in before is recognised by its name.
 */
export function afterRefusal(range: LoadRange): AfterRefusal {
  const [row] = range.rows;
  if (row === undefined) return { kind: 'nothing' };
  if (range.rows.length === 1) return { kind: 'row', row };
  const middle = Math.floor(range.rows.length / 2);
  const cut = range.rows[middle]?.offset ?? range.next;
  return {
    kind: 'halves',
    halves: [
      { ...range, next: cut, rows: range.rows.slice(0, middle) },
      { ...range, first: cut, rows: range.rows.slice(middle) },
    ],
  };
}
