import { appendFileSync, createWriteStream, existsSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { topics, type EnrichedEvent, type FailedEvent, type Topic } from '@headwater/contracts';
import type { TopicInspector } from '@headwater/kafka';
import { isUndecodable, ServiceError } from '@headwater/stage';
import { linesOf } from './ledger-file';

const FILE = 'watched.ndjson';
/** How long the reader stays after the last event was sent, milliseconds: what it sees then tells less. */
const STAYS_MS = 2_000;
/** How long it waits besides where something must come and nothing has: stages may be slow. */
const WAITS_MS = 10_000;

interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/** What the reader notes down: where it began to read a partition, what it saw there, and how it ended. */
export type WatchedLine =
  | (Position & { readonly kind: 'start' })
  /** `id` is `event_id` in valid-events, `failed_id` in failed-events. */
  | (Position & { readonly kind: 'seen'; readonly id: string })
  /** A topic was read no further. */
  | { readonly kind: 'problem'; readonly topic: string; readonly why: string }
  /** There was no reader, although one was wanted. */
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'end' };

const watched: readonly Topic[] = [topics.validEvents, topics.failedEvents];
/** Topics of which only the ends are noted: from there the check reads them. */
const noted: readonly Topic[] = [topics.enrichedEvents, topics.collectorPayloads];

export const isWatched = (name: string): boolean => watched.some((topic) => topic.name === name);

/** A reader of committed records that is there while things break. */
export class Watcher {
  private readonly stop = new AbortController();
  private readonly followers: Promise<void>[] = [];
  /** Why it ended before it was told to; null while all is well. */
  problem: Error | null = null;
  /** Records of the app that it saw. */
  seenCount = 0;

  private constructor(
    private readonly inspector: TopicInspector,
    private readonly file: WriteStream,
    private readonly app: string,
  ) {
    file.on('error', (error) => {
      this.problem ??= error;
    });
  }

  /** Begins to read at what is the end now. @throws {ServiceError} when the topics cannot be read */
  static async start(inspector: TopicInspector, folder: string, app: string): Promise<Watcher> {
    const starts = await Promise.all(
      watched.map(async (topic) => {
        const bounds = await inspector.bounds(topic);
        return { topic, from: new Map(bounds.map(({ partition, stableEnd }) => [partition, stableEnd])) };
      }),
    );
    const watcher = new Watcher(inspector, createWriteStream(join(folder, FILE), { flags: 'ax' }), app);
    for (const { topic, from } of [...starts, ...(await endsOfOthers(inspector))]) {
      for (const [partition, offset] of from)
        watcher.note({ kind: 'start', topic: topic.name, partition, offset: String(offset) });
    }
    for (const { topic, from } of starts) watcher.followers.push(watcher.follow(topic, from));
    return watcher;
  }

  /** Reads on for a moment, and ends. @param mustCome whether there is anything to be seen, sooner or later */
  async end(sleep: (ms: number) => Promise<void>, mustCome = false): Promise<void> {
    await sleep(STAYS_MS);
    for (let waited = 0; mustCome && this.seenCount === 0 && waited < WAITS_MS; waited += STAYS_MS)
      await sleep(STAYS_MS);
    this.stop.abort();
    await Promise.all(this.followers);
    if (this.file.closed) return;
    this.note({ kind: 'end' });
    this.file.end();
    await once(this.file, 'close');
  }

  /** Lets go of the brokers. */
  close(): Promise<void> {
    return this.inspector.close();
  }

  private async follow(topic: Topic, from: ReadonlyMap<number, bigint>): Promise<void> {
    try {
      for await (const { partition, record } of this.inspector.follow(topic, from, this.stop.signal)) {
        if (isUndecodable(record)) continue;
        const value = record.value as Partial<EnrichedEvent & FailedEvent>;
        if (value.app_id !== this.app) continue;
        this.seenCount += 1;
        const id = topic === topics.validEvents ? value.event_id : value.failed_id;
        this.note({
          kind: 'seen',
          topic: topic.name,
          partition,
          offset: String(record.offset),
          id: id ?? '',
        });
      }
    } catch (error) {
      const problem = error instanceof Error ? error : new Error(String(error));
      this.problem ??= problem;
      this.note({ kind: 'problem', topic: topic.name, why: problem.message });
    }
  }

  private note(line: WatchedLine): void {
    this.file.write(`${JSON.stringify(line)}\n`);
  }
}

/** Notes down that nobody reads during the run, and why: the check must not take it for one that nobody wanted. */
export function noteAbsence(folder: string, why: string): void {
  const line: WatchedLine = { kind: 'absent', why };
  appendFileSync(join(folder, FILE), `${JSON.stringify(line)}\n`);
}

/** Where the other topics of the run end now, for the check; without those that this user may not look at. */
async function endsOfOthers(
  inspector: TopicInspector,
): Promise<readonly { readonly topic: Topic; readonly from: ReadonlyMap<number, bigint> }[]> {
  const found = await Promise.all(
    noted.map(async (topic) => {
      try {
        const bounds = await inspector.bounds(topic);
        return [{ topic, from: new Map(bounds.map(({ partition, stableEnd }) => [partition, stableEnd])) }];
      } catch (error) {
        if (error instanceof ServiceError) return [];
        throw error;
      }
    }),
  );
  return found.flat();
}

/** What a reader noted down, in its order; nothing where nobody watched. A torn last line is left out. */
export async function* readWatched(folder: string): AsyncGenerator<WatchedLine> {
  const path = join(folder, FILE);
  if (!existsSync(path)) return;
  for await (const text of linesOf(path)) {
    try {
      yield JSON.parse(text) as WatchedLine;
    } catch {
      // The tool was killed while it wrote this line.
    }
  }
}
