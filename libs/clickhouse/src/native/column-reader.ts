/** Copies one property of each row into `into`, from index 0. */
export type ColumnReader = (rows: readonly object[], into: unknown[]) => void;

const readers = new Map<string, ColumnReader>();

/**
 * A reader of one property. Each is a function of its own, so that the engine sees one property at one place: reading 143
 * columns through a single `row[name]` takes four times as long, a third of the whole encoding.
 *
 * @throws {Error} when the name is no identifier: names come from our own contracts, and only such are compiled
 */
export function columnReader(name: string): ColumnReader {
  const known = readers.get(name);
  if (known) return known;
  if (!/^[A-Za-z_]\w*$/.test(name))
    throw new Error(`"${name}" cannot be the name of a column: use letters, digits and _.`);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see above; the name has just been checked
  const reader = new Function(
    'rows',
    'into',
    `for (let row = 0; row < rows.length; row++) into[row] = rows[row].${name};`,
  ) as ColumnReader;
  readers.set(name, reader);
  return reader;
}
