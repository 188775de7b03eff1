import { BlockEncoder, UnencodableValue } from './encode-block';
import type { NativeColumn } from './types';

/** A row with a value that has no place in its column. */
export interface UnfitRow {
  readonly index: number;
  readonly error: UnencodableValue;
}

/**
 * The rows that cannot be encoded, in order: found here, so that nothing has to be sent for it. An insert costs the database
 * as much as the encoding of thousands of rows.
 */
export function unfitRows(columns: readonly NativeColumn[], rows: readonly object[]): readonly UnfitRow[] {
  const encoder = new BlockEncoder(columns);
  const search = (from: number, to: number): readonly UnfitRow[] => {
    const error = problemOf(encoder, rows.slice(from, to));
    if (!error) return [];
    if (to - from === 1) return [{ index: from, error }];
    const middle = Math.floor((from + to) / 2);
    return [...search(from, middle), ...search(middle, to)];
  };
  return search(0, rows.length);
}

function problemOf(encoder: BlockEncoder, rows: readonly object[]): UnencodableValue | null {
  try {
    for (const row of rows) encoder.add(row);
    encoder.take();
    return null;
  } catch (error) {
    if (error instanceof UnencodableValue) return error;
    throw error;
  }
}
