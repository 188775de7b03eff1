import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Facts, lineOf, readLine, runProblem, type LedgerLine, type RunLine } from '@headwater/verification';
import { UsageError } from '../command';

const LEDGER = 'ledger.ndjson';

/** The ledger of a run while it is written: a file that only grows. */
export class LedgerWriter {
  private waiting: string[] = [];
  private resolvers: (() => void)[] = [];
  private rejecters: ((error: Error) => void)[] = [];
  private writing: Promise<void> | null = null;

  private constructor(private readonly file: FileHandle) {}

  /** @throws {UsageError} when the folder already holds a ledger: what was promised to be once would be there twice */
  static async create(folder: string): Promise<LedgerWriter> {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, LEDGER);
    if (existsSync(path))
      throw new UsageError(
        `--ledger is "${folder}", and there is a ledger in it already. Name a new folder, or check that run with \`headwater verify check --ledger ${folder}\`.`,
      );
    return new LedgerWriter(await open(path, 'ax'));
  }

  /** Resolves once the line is on the disk. Lines that are written at the same time share one fsync. */
  write(line: LedgerLine): Promise<void> {
    this.waiting.push(lineOf(line));
    const done = new Promise<void>((resolve, reject) => {
      this.resolvers.push(resolve);
      this.rejecters.push(reject);
    });
    this.writing ??= this.flush();
    return done;
  }

  async close(): Promise<void> {
    await this.writing;
    await this.file.close();
  }

  private async flush(): Promise<void> {
    // Those that ask in the same turn of the event loop go together.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const [text, resolvers, rejecters] = [this.waiting.join(''), this.resolvers, this.rejecters];
      [this.waiting, this.resolvers, this.rejecters] = [[], [], []];
      try {
        await this.file.appendFile(text);
        await this.file.datasync();
        for (const resolve of resolvers) resolve();
      } catch (error) {
        for (const reject of rejecters) reject(error as Error);
      }
    }
    // In the turn that saw nothing waiting: whoever writes next, also because a line is done, starts anew.
    this.writing = null;
  }
}

/** A ledger that was read: what was sent, and where to. */
export interface ReadLedger {
  readonly run: RunLine;
  readonly facts: Facts;
}

/** Reads the ledger in a folder. @throws {UsageError} when there is none that can be checked */
export async function readLedger(folder: string): Promise<ReadLedger> {
  const path = join(folder, LEDGER);
  if (!existsSync(path))
    throw new UsageError(
      `--ledger is "${folder}", and there is no ${LEDGER} in it. Make one with \`headwater verify load --ledger ${folder}\`.`,
    );
  let run: RunLine | null = null;
  let facts: Facts | null = null;
  for await (const line of linesOf(path)) {
    const read = readLine(line);
    if (facts !== null) facts.add(read);
    else {
      const problem = runProblem(read);
      if (problem !== null || read?.kind !== 'run')
        throw new UsageError(
          `${path} cannot be checked: ${problem ?? 'it is empty'}. Name the folder of another run, or make one with \`headwater verify load --ledger DIR\`.`,
        );
      run = read;
      facts = new Facts(read);
    }
  }
  if (run === null || facts === null)
    throw new UsageError(
      `${path} is empty: the run ended before it sent anything. Make another one with \`headwater verify load --ledger DIR\`.`,
    );
  if (facts.isDamaged)
    throw new UsageError(
      `${path} is damaged: a crash leaves its last line torn, and others are. What was sent is not known, so nothing can be proven by it; make another run.`,
    );
  return { run, facts: facts.close() };
}

/** The lines of a file, without the empty ones. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
  for await (const line of lines) if (line !== '') yield line;
}
