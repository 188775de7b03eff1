import { existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import type { EventRecord } from './record';

/** A file of events, one JSON a line, the oldest first. */
export class EventFile {
  private tail: Promise<void> = Promise.resolve();

  constructor(private readonly path: string) {}

  /** All events of the file; lines that are none, such as a last one cut off by a crash, are left out and counted. */
  read(): { readonly records: readonly EventRecord[]; readonly unreadable: number } {
    if (!existsSync(this.path)) {
      writeFileSync(this.path, '');
      return { records: [], unreadable: 0 };
    }
    const lines = readFileSync(this.path, 'utf8').split('\n').filter(Boolean);
    const records = lines.flatMap((line) => recordIn(line) ?? []);
    return { records, unreadable: lines.length - records.length };
  }

  /** Writes the file anew, so that it does not grow for ever. */
  rewrite(records: readonly EventRecord[]): void {
    writeFileSync(`${this.path}.new`, records.map(lineOf).join(''));
    renameSync(`${this.path}.new`, this.path);
  }

  /** Resolves when the event is in the file; events are written in the order of the calls. */
  append(record: EventRecord): Promise<void> {
    const written = this.tail.then(() => appendFile(this.path, lineOf(record)));
    this.tail = written.catch(() => undefined);
    return written;
  }

  /** Empties the file. */
  async reset(): Promise<void> {
    await this.tail;
    truncateSync(this.path);
  }

  /** Resolves when nothing is being written. */
  settled(): Promise<void> {
    return this.tail;
  }
}

const lineOf = (record: EventRecord): string => `${JSON.stringify(record)}\n`;

function recordIn(line: string): EventRecord | null {
  try {
    const record = JSON.parse(line) as EventRecord | null;
    return typeof record?.json === 'string' && ['good', 'bad'].includes(record.kind) ? record : null;
  } catch {
    return null;
  }
}
