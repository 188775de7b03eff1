import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import {
  ClickHouseLogLevel,
  createClient,
  type ClickHouseClient,
  type ClickHouseSettings,
} from '@clickhouse/client';
import type { ClickHouseConfig } from './config';
import { classify } from './errors';
import type { Block } from './native/encode-block';

/**
 * The server closes an idle connection after `keep_alive_timeout` (3 s before version 23.11, 10 s since); a request on a
 * connection that is being closed fails. So ours are given up first.
 * https://clickhouse.com/docs/integrations/language-clients/js#keep-alive-troubleshooting
 */
const IDLE_SOCKET_MS = 2_500;
const MAX_CONNECTIONS = 16;

/** What makes the repetition of an insert harmless, and its end the end of its work. */
const insertSettings: ClickHouseSettings = {
  // On since 26.3 by default; it would answer before it knows what the rows are, and join blocks under one token.
  async_insert: 0,
  insert_deduplicate: 1,
  // Materialized views of a block that is dropped as a copy must drop it as well (off in 24.7 and later, ClickHouse#76110).
  deduplicate_blocks_in_dependent_materialized_views: 1,
  wait_end_of_query: 1,
  // Server time only partitions by month: more than 100 of them in one block is old data, not an attack.
  throw_on_max_partitions_per_insert_block: 0,
};

/**
 * A gateway that answers 200 by itself, with a page to sign in at or one that says that it is being worked on, has stored nothing.
 * ClickHouse says in every answer something of itself: which query it was, or (of inserts, since 20.1) how much it wrote.
 */
const isFromClickHouse = (headers: Readonly<Record<string, unknown>> | undefined): boolean =>
  Object.keys(headers ?? {}).some((name) => name.startsWith('x-clickhouse-'));

const NOT_CLICKHOUSE =
  "it answered 200, and the answer is not ClickHouse's (it has no header X-ClickHouse-…), so something stands between";

/** A ClickHouse database over HTTP. Every error is a `ServiceError` that says whether waiting helps. */
export class ClickHouse {
  readonly database: string;
  private readonly client: ClickHouseClient;

  constructor(private readonly config: ClickHouseConfig) {
    this.database = config.database;
    this.client = this.connect(config.database);
  }

  /**
   * Rows of a SELECT.
   *
   * @param params values of `{name:Type}` placeholders
   */
  async query<T>(sql: string, params: Readonly<Record<string, unknown>> = {}): Promise<readonly T[]> {
    return this.explained('did not answer a query', async () => {
      const result = await this.client.query({ query: sql, query_params: params, format: 'JSONEachRow' });
      if (isFromClickHouse(result.response_headers)) return result.json<T>();
      // Or its connection would not be free again.
      await result.text();
      throw new Error(NOT_CLICKHOUSE);
    });
  }

  /** Runs a statement that has no rows to return. */
  async command(sql: string, params: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.explained('did not run a statement', async () => {
      const { response_headers } = await this.client.command({
        query: sql,
        query_params: params,
        clickhouse_settings: { wait_end_of_query: 1 },
      });
      if (!isFromClickHouse(response_headers)) throw new Error(NOT_CLICKHOUSE);
    });
  }

  /**
   * Inserts a block, as a whole or not at all within each partition of the table.
   *
   * @param options.token name of the insert: within the table's deduplication window, a second block under it is dropped
   * @throws {ContentRefused} when the rows themselves are the reason; other `ServiceError`s otherwise
   */
  async insert(table: string, block: Block, options: { readonly token: string }): Promise<void> {
    if (block.rows === 0) return;
    const columns = block.columns.map((name) => `\`${name}\``).join(', ');
    await this.explained(`did not take ${block.rows} rows for ${table}`, async () => {
      const { stream, response_headers } = await this.client.exec({
        query: `INSERT INTO \`${this.database}\`.\`${table}\` (${columns}) FORMAT Native`,
        // The whole block as one chunk: what is sent again must be the same bytes, which a live stream cannot promise.
        values: Readable.from([block.bytes], { objectMode: false }),
        clickhouse_settings: { ...insertSettings, insert_deduplication_token: options.token },
      });
      // The connection is free for the next request only once the (empty) answer has been read.
      await finished(stream.resume());
      if (!isFromClickHouse(response_headers)) throw new Error(NOT_CLICKHOUSE);
    });
  }

  /** Resolves when ClickHouse answers a query of this user. */
  async ping(): Promise<void> {
    await this.explained('does not answer', async () => {
      const result = await this.client.ping({ select: true });
      if (!result.success) throw result.error;
    });
  }

  /** Makes the database, which all other requests need. `on` is what stands behind its name, e.g. `ON CLUSTER main`. */
  async createDatabase(on = ''): Promise<void> {
    const server = this.connect('default');
    try {
      await this.explained(`did not make the database ${this.database}`, () =>
        server.command({ query: `CREATE DATABASE IF NOT EXISTS \`${this.database}\`${on}` }),
      );
    } finally {
      await server.close();
    }
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private connect(database: string): ClickHouseClient {
    const { url, username, password, timeoutMs, compression } = this.config;
    return createClient({
      url,
      database,
      username,
      password: password ?? '',
      request_timeout: timeoutMs,
      max_open_connections: MAX_CONNECTIONS,
      keep_alive: { enabled: true, idle_socket_ttl: IDLE_SOCKET_MS, eagerly_destroy_stale_sockets: true },
      compression: { request: compression === 'none' ? false : { codec: compression }, response: false },
      application: 'headwater',
      // It would print what ClickHouse says of bad content, which quotes it. Every error is thrown, and logged by who catches it.
      log: { level: ClickHouseLogLevel.OFF },
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    });
  }

  private async explained<T>(doing: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw classify(error, new URL(this.config.url).origin, doing);
    }
  }
}
