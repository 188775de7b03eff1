/** A column of a table for people. */
export interface Column<T> {
  readonly title: string;
  readonly of: (row: T) => string;
  /** Numbers stand to the right. */
  readonly right?: true;
  /** Longest text that is shown; the rest is cut with an ellipsis. */
  readonly longest?: number;
}

/** Rows as text columns with a header, no wider than they need to be. */
export function tableOf<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map((column) => cellOf(column, row))),
  ];
  const widths = columns.map((_column, index) =>
    Math.max(...cells.map((line) => (line[index] ?? '').length)),
  );
  return cells
    .map((line) =>
      line
        .map((cell, index) =>
          columns[index]?.right ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function cellOf<T>({ of, longest }: Column<T>, row: T): string {
  const text = visible(of(row));
  return longest === undefined || text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

/** What strangers sent must not steer a terminal: control and format characters are shown as spaces. */
export const visible = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');

/** A message with schemas as `link_click 1-0-1`: in a table what comes after them counts. */
export const withShortSchemas = (message: string): string =>
  message.replace(/iglu:[\w.-]+\/([\w.-]+)\/[\w.-]+\/(\d+-\d+-\d+)/g, '$1 $2');

/** `2026-11-21 10:00:00.000`, UTC. */
export const timeText = (time: number | null): string =>
  time === null ? '' : new Date(time).toISOString().replace('T', ' ').replace('Z', '');

/** One JSON object and the end of its line. */
export const jsonLine = (value: unknown): string => `${JSON.stringify(value)}\n`;
