import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quoteString } from './sql-scan';

/**
 * The part of chdb's native addon that is used here. chdb's own `Session` is not, because it defers a connection's end until
 * every other running query in the process has ended: with one long SELECT, thousands of connections would pile up.
 */
interface Addon {
  CreateConnection(path: string, args: readonly string[]): Connection;
  CloseConnection(connection: Connection): void;
  QueryAsyncConnection(connection: Connection, sql: string, format: string): Promise<EngineResult>;
  StreamQuery(connection: Connection, sql: string, format: string): StreamHandle;
  StreamFetch(stream: StreamHandle): Promise<{ readonly bytes: Uint8Array; readonly done: boolean }>;
  StreamCancel(stream: StreamHandle): void;
}

type Connection = object;
type StreamHandle = object;

export interface EngineResult {
  readonly bytes: Uint8Array;
  /** Seconds. */
  readonly elapsed: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

/** One statement, and the ones that put its connection into the right state first (`USE`, `SET`). */
export interface EngineQuery {
  readonly preamble: readonly string[];
  readonly sql: string;
  /** For a statement that names none. */
  readonly format: string;
  /** Stops the query. It then fails with QUERY_WAS_CANCELLED. */
  readonly signal?: AbortSignal;
}

const MB = 1024 * 1024;

/**
 * `clickhouse local` arguments: bounds, and a server's behaviour. A merge of parts with 140 columns reserves 600 MB for their
 * buffers, of which it touches a tenth; beside it there has to be room for inserts. Resident are about 700 MB.
 */
const engineArguments: readonly string[] = [
  `--max_server_memory_usage=${2_500 * MB}`,
  `--max_memory_usage=${600 * MB}`,
  `--max_bytes_before_external_group_by=${200 * MB}`,
  `--max_bytes_before_external_sort=${200 * MB}`,
  `--mark_cache_size=${32 * MB}`,
  '--uncompressed_cache_size=0',
  '--max_threads=2',
  '--max_insert_threads=1',
  '--background_pool_size=2',
  '--background_schedule_pool_size=4',
  // `clickhouse local` reads `1+1` as a query; a server does not.
  '--implicit_select=0',
  '--allow_introspection_functions=0',
];

/** The in-process ClickHouse on one data folder. Every query gets its own connection, so settings never leak. */
export class Engine {
  private readonly addon: Addon;
  /** The engine shuts down with its last connection: this one stays open between queries. */
  private readonly keeper: Connection;
  private queries = 0;
  private open = 0;
  private idle: (() => void) | null = null;

  /** Opens the folder; throws when it is broken or another process has it. */
  constructor(
    private readonly path: string,
    /** More arguments of `clickhouse local`: `--config-file=…`. */
    private readonly more: readonly string[] = [],
  ) {
    // chdb exports neither types nor a path for its loader.
    const loader = join(dirname(require.resolve('chdb/package.json')), 'dist', 'loader.js');
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
    this.addon = (require(loader) as { loadNative(): Addon }).loadNative();
    this.keeper = this.addon.CreateConnection(path, [...engineArguments, ...more]);
  }

  /** The whole result at once. */
  run(query: EngineQuery): Promise<EngineResult> {
    return this.connected(query.signal, async (connection) => {
      await this.prepare(connection, query);
      return this.addon.QueryAsyncConnection(connection, query.sql, query.format);
    });
  }

  /**
   * The result block by block, each when `take` is done with the one before: the engine makes no more than is taken.
   * Only for formats whose blocks stand for themselves (`isStreamable`).
   */
  stream(query: EngineQuery, take: (block: Buffer) => Promise<void>): Promise<void> {
    return this.connected(query.signal, async (connection) => {
      await this.prepare(connection, query);
      const stream = this.addon.StreamQuery(connection, query.sql, query.format);
      let finished = false;
      try {
        for (;;) {
          const { bytes, done } = await this.addon.StreamFetch(stream);
          if (done) break;
          await take(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
        }
        finished = true;
      } finally {
        if (!finished) this.addon.StreamCancel(stream);
      }
    });
  }

  /** Waits for what runs, then closes the tables cleanly. */
  async close(): Promise<void> {
    if (this.open > 0) {
      await new Promise<void>((resolve) => {
        this.idle = resolve;
      });
    }
    this.addon.CloseConnection(this.keeper);
  }

  private async prepare(connection: Connection, query: EngineQuery): Promise<void> {
    for (const statement of query.preamble)
      await this.addon.QueryAsyncConnection(connection, statement, 'TabSeparated');
    query.signal?.throwIfAborted();
  }

  /** Runs `task` on a connection of its own. A connection may be closed only when nothing runs on it any more. */
  private async connected<T>(
    signal: AbortSignal | undefined,
    task: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    this.queries += 1;
    this.open += 1;
    // A query cannot be given an id here, but its settings can be seen from outside.
    const tag = `headwater-front-${this.queries}`;
    const connection = this.addon.CreateConnection(this.path, [
      ...engineArguments,
      ...this.more,
      `--log_comment=${tag}`,
    ]);
    let ended = false;
    const cancel = (): void => {
      void this.killUntil(tag, () => ended);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await task(connection);
    } finally {
      ended = true;
      signal?.removeEventListener('abort', cancel);
      this.addon.CloseConnection(connection);
      this.open -= 1;
      if (this.open === 0) this.idle?.();
    }
  }

  /** The query may not have begun when its caller leaves, so it is looked for until it has ended. */
  private async killUntil(tag: string, ended: () => boolean): Promise<void> {
    while (!ended()) {
      const kill = `KILL QUERY WHERE Settings['log_comment'] = ${quoteString(tag)} ASYNC`;
      await this.addon.QueryAsyncConnection(this.keeper, kill, 'TabSeparated').catch(() => undefined);
      await sleep(100);
    }
  }
}
