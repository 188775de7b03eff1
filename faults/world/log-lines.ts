import { readFileSync, statSync } from 'node:fs';

/** A line that a service has logged, as far as a scenario reads it. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Remembers where a log ends now, and answers what has been added since. A log that was put aside meanwhile is read anew. */
export function linesFrom(file: string): () => readonly LogLine[] {
  const sizeOf = (): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const from = sizeOf();
  return () => {
    const text = readFileSync(file).subarray(sizeOf() < from ? 0 : from);
    return text.toString('utf8').split('\n').flatMap(parsed);
  };
}

function parsed(line: string): readonly LogLine[] {
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}
