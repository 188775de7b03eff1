import { dirname, join } from 'node:path';

/**
 * The part of chdb's native addon that is used here. chdb's own `Session` is not, because it defers a connection's end until
 * every other running query in the process has ended: with one long SELECT, thousands of connections would pile up.
 */
interface Addon {
  CreateConnection(path: string, args: readonly string[]): unknown;
  CloseConnection(connection: unknown): void;
  QueryAsyncConnection(connection: unknown, sql: string, format: string): Promise<EngineResult>;
}

export interface EngineResult {
  readonly bytes: Uint8Array;
  /** Seconds. */
  readonly elapsed: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

const MB = 1024 * 1024;

/** `clickhouse local` arguments: bounds that keep the process under about 1.5 GB, and server-like behaviour. */
export const engineArguments: readonly string[] = [
  `--max_server_memory_usage=${1_000 * MB}`,
  `--max_memory_usage=${600 * MB}`,
  `--max_bytes_before_external_group_by=${200 * MB}`,
  `--max_bytes_before_external_sort=${200 * MB}`,
  `--max_result_bytes=${256 * MB}`,
  `--mark_cache_size=${32 * MB}`,
  `--uncompressed_cache_size=0`,
  '--max_threads=2',
  '--max_insert_threads=1',
  '--background_pool_size=2',
  '--background_schedule_pool_size=4',
  // `clickhouse local` reads `1+1` as a query; a server does not.
  '--implicit_select=0',
  '--allow_introspection_functions=0',
  // Tokens must also work for an insert that the engine sees as a read from a file.
  '--insert_select_deduplicate=1',
];

/** The in-process ClickHouse on one data folder. Every request gets its own connection, so settings never leak. */
export class Engine {
  private readonly addon: Addon;
  /** Keeps the engine alive between requests: it shuts down with its last connection. */
  private readonly keeper: unknown;
  private running = 0;
  private idle: (() => void) | null = null;

  constructor(private readonly path: string) {
    // chdb exports no types and no path for its loader.
    const loader = join(dirname(require.resolve('chdb/package.json')), 'dist', 'loader.js');
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
    this.addon = (require(loader) as { loadNative(): Addon }).loadNative();
    this.keeper = this.addon.CreateConnection(path, engineArguments);
  }

  /** Runs `statements` one after the other on a connection of their own; resolves with the last one's result. */
  async run(statements: readonly string[], format: string): Promise<EngineResult> {
    this.running += 1;
    const connection = this.addon.CreateConnection(this.path, engineArguments);
    try {
      let result: EngineResult = { bytes: new Uint8Array(), elapsed: 0, rowsRead: 0, bytesRead: 0 };
      for (const statement of statements)
        result = await this.addon.QueryAsyncConnection(connection, statement, format);
      return result;
    } finally {
      this.addon.CloseConnection(connection);
      this.running -= 1;
      if (this.running === 0) this.idle?.();
    }
  }

  /** Waits for what runs, then closes the tables cleanly. */
  async close(): Promise<void> {
    if (this.running > 0) {
      await new Promise<void>((resolve) => {
        this.idle = resolve;
      });
    }
    this.addon.CloseConnection(this.keeper);
  }
}
