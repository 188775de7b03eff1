/**
 * ClickHouse's HTTP interface over the in-process engine (chdb), for programs on this machine: what `@clickhouse/client`
 * sends, and what a person sends with curl. A process of its own, because one process can open one data folder, and so that
 * every service uses the plain client. Started by `startClickHouse`.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  gzip,
} from 'node:zlib';
import { rm, writeFile } from 'node:fs/promises';
import { Engine, type EngineResult } from './clickhouse-engine';
import {
  ClickHouseHttpError,
  contentTypeOf,
  formatOf,
  isLocalCaller,
  parseEngineError,
  parseHttpQuery,
  preamble,
  type HttpQuery,
} from './clickhouse-http';
import { Lane } from './lane';
import { LOOPBACK } from './ports';
import { insertFromFile, parseDataInsert, secondStatementAt, type DataInsert } from './sql-scan';
import { messageOf } from './stack-error';

interface FrontConfig {
  readonly dataDir: string;
  readonly port: number;
  readonly password: string | null;
}

/** A statement that is not INSERT data is held in memory. */
const MAX_STATEMENT_BYTES = 256 * 1024 * 1024;
/** Each lane is wider than the two cores so that a few slow queries do not stop the quick ones behind them. */
const READERS = 6;
const WRITERS = 4;

class Front {
  private readonly engine: Engine;
  private readonly spool: string;
  private readonly reads = new Lane(READERS);
  private readonly writes = new Lane(WRITERS);
  private version = '';
  private timezone = 'UTC';
  private spooled = 0;

  constructor(private readonly config: FrontConfig) {
    this.spool = join(config.dataDir, 'spool');
    rmSync(this.spool, { recursive: true, force: true });
    mkdirSync(this.spool, { recursive: true });
    this.engine = new Engine(join(config.dataDir, 'data'));
  }

  async open(): Promise<void> {
    const { bytes } = await this.engine.run(['SELECT version(), timezone()'], 'TabSeparated');
    [this.version = '', this.timezone = 'UTC'] = Buffer.from(bytes).toString('utf8').trim().split('\t');
  }

  async close(): Promise<void> {
    await this.engine.close();
    rmSync(this.spool, { recursive: true, force: true });
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${LOOPBACK}`);
    if (url.pathname === '/ping' || (url.pathname === '/' && request.method === 'GET' && url.search === '')) {
      response.writeHead(200, { 'content-type': 'text/html; charset=UTF-8' }).end('Ok.\n');
      return;
    }
    if (url.pathname !== '/') {
      response
        .writeHead(404, { 'content-type': 'text/plain; charset=UTF-8' })
        .end(`There is no handle ${url.pathname}. Use / or /ping.\n`);
      return;
    }
    let queryId: string = randomUUID();
    try {
      if (!isLocalCaller(request.headers.host, request.headers.origin)) {
        throw new ClickHouseHttpError(
          497,
          'ACCESS_DENIED',
          'The embedded ClickHouse answers programs on this machine only, not web pages.',
        );
      }
      const query = parseHttpQuery(request.method ?? 'GET', url, request.headers);
      queryId = query.queryId ?? queryId;
      this.authenticate(query);
      await this.answer(query, queryId, request, response);
    } catch (error) {
      this.fail(error, queryId, request, response);
    }
  }

  private authenticate({ user, password }: HttpQuery): void {
    if (this.config.password === null || (user === 'default' && password === this.config.password)) return;
    throw new ClickHouseHttpError(
      516,
      'AUTHENTICATION_FAILED',
      `${user}: Authentication failed: password is incorrect, or there is no user with such name.`,
    );
  }

  private async answer(
    query: HttpQuery,
    queryId: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const insert = parseDataInsert(query.query);
    // Data after the format's name in the parameter itself is rare and small: join it with the body as ClickHouse does.
    if (insert !== null && query.query.slice(insert.dataAt).replace(/^[\s;]+$/, '') === '') {
      const file = this.spoolFile();
      try {
        await pipeline(bodyOf(request), createWriteStream(file));
        const result = await this.insert(query, query.query, insert, file);
        this.send(queryId, query, result, true, null, request, response);
      } finally {
        await rm(file, { force: true });
      }
      return;
    }
    const body = await limitedBuffer(bodyOf(request));
    const statement = Buffer.concat([
      Buffer.from(query.query),
      ...(query.query === '' || body.length === 0 ? [] : [Buffer.from('\n')]),
      body,
    ]);
    const inline = parseDataInsert(statement.toString('latin1'));
    if (inline !== null && inline.format !== 'Values') {
      const file = this.spoolFile();
      try {
        const { head, data } = splitInlineInsert(statement, inline);
        await writeFile(file, data);
        const result = await this.insert(query, head, parseDataInsert(head) ?? inline, file);
        this.send(queryId, query, result, true, null, request, response);
      } finally {
        await rm(file, { force: true });
      }
      return;
    }
    const sql = statement.toString('utf8');
    if (sql.trim() === '')
      throw new ClickHouseHttpError(62, 'SYNTAX_ERROR', 'Empty query: send it in the body or as ?query=.');
    const second = inline === null ? secondStatementAt(sql) : null;
    if (second !== null) {
      throw new ClickHouseHttpError(
        62,
        'SYNTAX_ERROR',
        `Syntax error (Multi-statements are not allowed): failed at position ${second + 1}.`,
      );
    }
    const writes = /^\s*INSERT\b/i.test(sql);
    const result = await (writes ? this.writes : this.reads).run(() =>
      this.engine.run([...preamble(query), sql], query.format),
    );
    this.send(queryId, query, result, writes, formatOf(sql), request, response);
  }

  private insert(query: HttpQuery, sql: string, insert: DataInsert, file: string): Promise<EngineResult> {
    const statement = insertFromFile(sql, insert, file);
    return this.writes.run(() => this.engine.run([...preamble(query), statement], query.format));
  }

  private spoolFile(): string {
    this.spooled += 1;
    return join(this.spool, `${this.spooled}.body`);
  }

  private send(
    queryId: string,
    query: HttpQuery,
    result: EngineResult,
    wrote: boolean,
    format: string | null,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const used = format ?? query.format;
    const body = Buffer.from(result.bytes.buffer, result.bytes.byteOffset, result.bytes.byteLength);
    const rows = String(result.rowsRead);
    const bytes = String(result.bytesRead);
    const summary = {
      read_rows: rows,
      read_bytes: bytes,
      written_rows: wrote ? rows : '0',
      written_bytes: wrote ? bytes : '0',
      total_rows_to_read: '0',
      result_rows: wrote ? rows : '0',
      result_bytes: wrote ? bytes : String(body.length),
      elapsed_ns: String(Math.round(result.elapsed * 1e9)),
    };
    const headers = {
      ...this.commonHeaders(queryId),
      'content-type': contentTypeOf(used),
      'x-clickhouse-format': used,
      'x-clickhouse-timezone': this.timezone,
      'x-clickhouse-summary': JSON.stringify(summary),
    };
    if (body.length > 1024 && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
      promisify(gzip)(body, { level: constants.Z_BEST_SPEED }).then(
        (zipped) =>
          response
            .writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': zipped.length })
            .end(zipped),
        (error: unknown) => {
          this.fail(error, queryId, request, response);
        },
      );
      return;
    }
    response.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
  }

  private fail(error: unknown, queryId: string, request: IncomingMessage, response: ServerResponse): void {
    // A caller who left gets no answer; and what it sent so far was not inserted.
    if (response.destroyed || request.errored !== null) return;
    const failure = error instanceof ClickHouseHttpError ? error : parseEngineError(messageOf(error));
    const text = Buffer.from(`${failure.message} (version ${this.version} (embedded))\n`);
    response.writeHead(failure.status, {
      ...this.commonHeaders(queryId),
      'content-type': 'text/plain; charset=UTF-8',
      'x-clickhouse-exception-code': String(failure.code),
      'content-length': text.length,
      // What is left of the request's body was not read, so the connection cannot carry another one.
      ...(request.complete ? {} : { connection: 'close' }),
    });
    response.end(text);
  }

  private commonHeaders(queryId: string): Record<string, string> {
    return {
      'x-clickhouse-server-display-name': 'headwater-embedded',
      'x-clickhouse-query-id': queryId.replace(/[^\x20-\x7e]/g, '?'),
    };
  }
}

/** Splits `INSERT … FORMAT x\n<data>` into the statement and the bytes of its data. */
function splitInlineInsert(statement: Buffer, insert: DataInsert): { head: string; data: Buffer } {
  return {
    head: statement.subarray(0, insert.dataAt).toString('utf8'),
    data: statement.subarray(insert.dataAt),
  };
}

function bodyOf(request: IncomingMessage): Readable {
  const encoding = String(request.headers['content-encoding'] ?? 'identity').toLowerCase();
  const decoders: Record<string, () => Parameters<IncomingMessage['pipe']>[0] & Readable> = {
    gzip: createGunzip,
    'x-gzip': createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
    zstd: createZstdDecompress,
  };
  if (encoding === 'identity') return request;
  const decoder = decoders[encoding];
  if (decoder === undefined) {
    throw new ClickHouseHttpError(
      48,
      'NOT_IMPLEMENTED',
      `Content-Encoding ${encoding} is not understood; use gzip, deflate, br or zstd.`,
    );
  }
  const decoded = decoder();
  request.on('error', (error) => decoded.destroy(error));
  decoded.on('error', () => request.unpipe(decoded));
  return request.pipe(decoded);
}

async function limitedBuffer(body: Readable): Promise<Buffer> {
  let size = 0;
  body.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_STATEMENT_BYTES) {
      body.destroy(
        new ClickHouseHttpError(
          62,
          'SYNTAX_ERROR',
          `The statement is larger than ${MAX_STATEMENT_BYTES} bytes.`,
          413,
        ),
      );
    }
  });
  return buffer(body);
}

async function main(): Promise<void> {
  const config = JSON.parse(process.env.HEADWATER_FRONT ?? 'null') as FrontConfig | null;
  if (config === null)
    throw new Error('This program is started by startClickHouse() of tools/stack, not by hand.');
  const front = new Front(config);
  await front.open();
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (request, response) => {
    front.handle(request, response).catch((error: unknown) => {
      process.stderr.write(`${messageOf(error)}\n`);
      response.destroy();
    });
  });
  const stop = (): void => {
    server.close();
    server.closeIdleConnections();
    void front.close().then(() => {
      process.exit(0);
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  server.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  server.listen(config.port, LOOPBACK);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
