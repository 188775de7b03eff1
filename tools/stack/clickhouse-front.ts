/**
 * ClickHouse's HTTP interface over the in-process engine (chdb), for programs on this machine: what `@clickhouse/client`
 * sends, and what a person sends with curl. A process of its own, because one process can open one data folder, and so that
 * every service uses the plain client. Started by `startClickHouse`.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createGzip,
  createInflate,
  createZstdDecompress,
  gzip,
} from 'node:zlib';
import { Engine, type EngineQuery, type EngineResult } from './clickhouse-engine';
import {
  ClickHouseHttpError,
  contentTypeOf,
  exceptionTrailer,
  isLocalCaller,
  isStreamable,
  parseEngineError,
  parseHttpQuery,
  preamble,
  type HttpQuery,
} from './clickhouse-http';
import { Lane } from './lane';
import { LOOPBACK } from './ports';
import { insertFromFile, outlineOf, parseDataInsert, type DataInsert } from './sql-scan';
import { messageOf } from './stack-error';

interface FrontConfig {
  readonly dataDir: string;
  readonly port: number;
  readonly password: string | null;
}

const MB = 1024 * 1024;
/** Statements, unlike the data of an insert, are held in memory. */
const MAX_STATEMENT_BYTES = 256 * MB;
/** A result is held back until it has this many bytes, so that an early error still gets its own status, as in ClickHouse. */
const HELD_BACK_BYTES = MB;
/** Wider than the two cores, so that a few slow queries do not stop the quick ones behind them. Inserts never wait for reads. */
const READERS = 6;
const WRITERS = 4;

/** One request and its answer. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: HttpQuery;
  readonly queryId: string;
}

class Front {
  private readonly engine: Engine;
  private readonly spool: string;
  private readonly reads = new Lane(READERS);
  private readonly writes = new Lane(WRITERS);
  private version = '';
  private timezone = 'UTC';
  private spooled = 0;
  private readonly stopping = new AbortController();

  constructor(private readonly config: FrontConfig) {
    this.spool = join(config.dataDir, 'spool');
    rmSync(this.spool, { recursive: true, force: true });
    mkdirSync(this.spool, { recursive: true });
    this.engine = new Engine(join(config.dataDir, 'data'));
  }

  async open(): Promise<void> {
    const { bytes } = await this.engine.run({
      preamble: [],
      sql: 'SELECT version(), timezone()',
      format: 'TabSeparated',
    });
    [this.version = '', this.timezone = 'UTC'] = Buffer.from(bytes).toString('utf8').trim().split('\t');
  }

  /** Ends what only reads. Inserts that have begun are finished and answered. */
  stopReading(): void {
    this.stopping.abort(new ClickHouseHttpError(236, 'ABORTED', 'The embedded ClickHouse is stopping.'));
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
      response.writeHead(404, { 'content-type': 'text/plain; charset=UTF-8' });
      response.end(`There is no handle ${url.pathname}. Use / or /ping.\n`);
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
      if (request.headers['content-type']?.startsWith('multipart/form-data') === true) {
        for (const [name, value] of await multipartFields(request)) url.searchParams.append(name, value);
      }
      const query = parseHttpQuery(request.method ?? 'GET', url.searchParams, request.headers);
      queryId = query.queryId ?? queryId;
      this.authenticate(query);
      await this.answer({ request, response, query, queryId });
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

  private async answer(exchange: Exchange): Promise<void> {
    const { request, query } = exchange;
    const named = parseDataInsert(query.query);
    if (named !== null && /^[\s;]*$/.test(query.query.slice(named.dataAt))) {
      await this.insert(exchange, query.query, named, (file) =>
        pipeline(bodyOf(request), createWriteStream(file)),
      );
      return;
    }
    const body = await statementBody(request);
    const head = Buffer.from(query.query);
    const statement =
      head.length === 0 || body.length === 0
        ? Buffer.concat([head, body])
        : Buffer.concat([head, Buffer.from('\n'), body]);
    const inline = parseDataInsert(statement.toString('latin1'));
    // VALUES stay in the statement: they may hold expressions and placeholders.
    if (inline !== null && inline.format !== 'Values') {
      const sql = statement.subarray(0, inline.dataAt).toString('utf8');
      const insert = parseDataInsert(sql) ?? inline;
      await this.insert(exchange, sql, insert, (file) => writeFile(file, statement.subarray(inline.dataAt)));
      return;
    }
    await this.execute(exchange, statement.toString('utf8'), inline !== null);
  }

  /** The data goes through a file: that is the engine's only fast and binary-safe way in, and memory stays bounded. */
  private async insert(
    exchange: Exchange,
    sql: string,
    insert: DataInsert,
    fill: (file: string) => Promise<void>,
  ): Promise<void> {
    this.spooled += 1;
    const file = join(this.spool, `${this.spooled}.body`);
    try {
      await fill(file);
      const result = await this.writes.run(() =>
        this.engine.run(engineQuery(exchange.query, insertFromFile(sql, insert, file))),
      );
      await this.sendWhole(exchange, exchange.query.format, result, true);
    } finally {
      await rm(file, { force: true });
    }
  }

  private async execute(exchange: Exchange, sql: string, insertsValues: boolean): Promise<void> {
    const { query, response } = exchange;
    const { verb, format: named, secondAt } = outlineOf(sql);
    if (verb === '')
      throw new ClickHouseHttpError(62, 'SYNTAX_ERROR', 'Empty query: send it in the body or as ?query=.');
    if (secondAt !== null && !insertsValues) {
      throw new ClickHouseHttpError(
        62,
        'SYNTAX_ERROR',
        `Syntax error (Multi-statements are not allowed): failed at position ${secondAt + 1}.`,
      );
    }
    const format = named ?? query.format;
    if (verb === 'INSERT') {
      const result = await this.writes.run(() => this.engine.run(engineQuery(query, sql)));
      await this.sendWhole(exchange, format, result, true);
      return;
    }
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const engine = {
      ...engineQuery(query, sql),
      signal: AbortSignal.any([gone.signal, this.stopping.signal]),
    };
    if (isStreamable(verb, format)) {
      await this.reads.run(() => this.sendStream(exchange, format, engine));
      return;
    }
    const result = await this.reads.run(() => this.engine.run(engine));
    await this.sendWhole(exchange, format, result, false);
  }

  /** Sends blocks as the engine makes them and as fast as the caller reads them. A small result is sent whole. */
  private async sendStream(exchange: Exchange, format: string, query: EngineQuery): Promise<void> {
    const { response } = exchange;
    const started = performance.now();
    const tag = randomUUID().replaceAll('-', '').slice(0, 16);
    const signal = query.signal as AbortSignal;
    let held: Buffer[] = [];
    let heldBytes = 0;
    const out: { sink: Writable | null } = { sink: null };
    try {
      await this.engine.stream(query, async (block) => {
        held.push(block);
        heldBytes += block.length;
        if (heldBytes < HELD_BACK_BYTES) return;
        out.sink ??= this.beginStream(exchange, format, tag);
        const more = out.sink.write(Buffer.concat(held));
        held = [];
        heldBytes = 0;
        if (!more) await once(out.sink, 'drain', { signal });
      });
    } catch (error) {
      if (out.sink === null) throw error;
      // The answer is cut off, so that a caller who does not know the trailer cannot take it for a whole one.
      if (out.sink === response && !response.destroyed) {
        response.write(exceptionTrailer(tag, this.errorText(asHttpError(error))), () => response.destroy());
      } else response.destroy();
      return;
    }
    const rest = Buffer.concat(held);
    if (out.sink !== null) {
      out.sink.end(rest);
      return;
    }
    const elapsed = (performance.now() - started) / 1000;
    await this.sendWhole(exchange, format, { bytes: rest, elapsed, rowsRead: 0, bytesRead: 0 }, false);
  }

  private beginStream({ request, response, queryId }: Exchange, format: string, tag: string): Writable {
    const headers = { ...this.resultHeaders(queryId, format), 'x-clickhouse-exception-tag': tag };
    if (!acceptsGzip(request)) return response.writeHead(200, headers);
    response.writeHead(200, { ...headers, 'content-encoding': 'gzip' });
    const zip = createGzip({ level: constants.Z_BEST_SPEED });
    zip.pipe(response);
    return zip;
  }

  private async sendWhole(
    { request, response, queryId }: Exchange,
    format: string,
    result: EngineResult,
    wrote: boolean,
  ): Promise<void> {
    const { bytes } = result;
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const headers = {
      ...this.resultHeaders(queryId, format),
      'x-clickhouse-summary': JSON.stringify(summaryOf(result, body.length, wrote)),
    };
    if (body.length > 1024 && acceptsGzip(request)) {
      const zipped = await promisify(gzip)(body, { level: constants.Z_BEST_SPEED });
      response
        .writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': zipped.length })
        .end(zipped);
      return;
    }
    response.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
  }

  private fail(error: unknown, queryId: string, request: IncomingMessage, response: ServerResponse): void {
    // A caller who left gets no answer; and an insert whose body did not arrive whole was not made.
    if (response.destroyed || request.errored !== null) return;
    const failure = asHttpError(error);
    const text = Buffer.from(this.errorText(failure));
    response.writeHead(failure.status, {
      ...commonHeaders(queryId),
      'content-type': 'text/plain; charset=UTF-8',
      'x-clickhouse-exception-code': String(failure.code),
      'content-length': text.length,
      // What is left of the request's body was not read, so the connection cannot carry another request.
      ...(request.complete ? {} : { connection: 'close' }),
    });
    response.end(text);
  }

  private errorText(failure: ClickHouseHttpError): string {
    return `${failure.message} (version ${this.version} (embedded))\n`;
  }

  private resultHeaders(queryId: string, format: string): OutgoingHttpHeaders {
    return {
      ...commonHeaders(queryId),
      'content-type': contentTypeOf(format),
      'x-clickhouse-format': format,
      'x-clickhouse-timezone': this.timezone,
    };
  }
}

function engineQuery(query: HttpQuery, sql: string): EngineQuery {
  return { preamble: preamble(query), sql, format: query.format };
}

function asHttpError(error: unknown): ClickHouseHttpError {
  return error instanceof ClickHouseHttpError ? error : parseEngineError(messageOf(error));
}

function commonHeaders(queryId: string): OutgoingHttpHeaders {
  return {
    'x-clickhouse-server-display-name': 'headwater-embedded',
    'x-clickhouse-query-id': queryId.replace(/[^\x20-\x7e]/g, '?'),
  };
}

/** Of a stream the engine reports no rows read. */
function summaryOf(result: EngineResult, resultBytes: number, wrote: boolean): Record<string, string> {
  const [rows, bytes] = [String(result.rowsRead), String(result.bytesRead)];
  return {
    read_rows: rows,
    read_bytes: bytes,
    written_rows: wrote ? rows : '0',
    written_bytes: wrote ? bytes : '0',
    total_rows_to_read: '0',
    result_rows: rows,
    result_bytes: wrote ? bytes : String(resultBytes),
    elapsed_ns: String(Math.round(result.elapsed * 1e9)),
  };
}

function acceptsGzip(request: IncomingMessage): boolean {
  return /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
}

const decoders: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** The request's body without its Content-Encoding. Fails when the caller leaves before the end. */
function bodyOf(request: IncomingMessage): Readable {
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return request;
  const decoder = decoders[encoding]?.();
  if (decoder === undefined) {
    throw new ClickHouseHttpError(
      48,
      'NOT_IMPLEMENTED',
      `Content-Encoding ${encoding} is not understood; use gzip, deflate, br or zstd.`,
    );
  }
  request.once('error', (error) => decoder.destroy(error));
  request.once('aborted', () => decoder.destroy(new Error('the caller left')));
  return request.pipe(decoder);
}

async function statementBody(request: IncomingMessage): Promise<Buffer> {
  if (request.headers['content-type']?.startsWith('multipart/form-data') === true) return Buffer.alloc(0);
  return limited(bodyOf(request));
}

async function limited(body: Readable): Promise<Buffer> {
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

/** The client sends long parameters as the parts of a form: `query` and `param_*`. */
async function multipartFields(request: IncomingMessage): Promise<[string, string][]> {
  const body = await limited(bodyOf(request));
  const answer = new Response(new Uint8Array(body), {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  });
  const form = await answer.formData().catch(() => {
    throw new ClickHouseHttpError(36, 'BAD_ARGUMENTS', 'The multipart/form-data body cannot be read.');
  });
  // Node's types do not say that a FormData is iterable.
  return Array.from(form as unknown as Iterable<[string, string | Blob]>, ([name, value]) => {
    if (typeof value === 'string') return [name, value];
    const problem = `External tables (the file part "${name}") are not taken by the embedded ClickHouse.`;
    throw new ClickHouseHttpError(48, 'NOT_IMPLEMENTED', problem);
  });
}

async function main(): Promise<void> {
  const config = JSON.parse(process.env.HEADWATER_FRONT ?? 'null') as FrontConfig | null;
  if (config === null)
    throw new Error('This program is started by startClickHouse() of tools/stack, not by hand.');
  const front = new Front(config);
  await front.open();
  // The longest request line, as in ClickHouse (http_max_uri_size).
  const server = createServer(
    { keepAliveTimeout: 60_000, requestTimeout: 0, maxHeaderSize: MB },
    (request, response) => {
      front.handle(request, response).catch((error: unknown) => {
        process.stderr.write(`${messageOf(error)}\n`);
        response.destroy();
      });
    },
  );
  const stop = (): void => {
    front.stopReading();
    // A connection ends when its last answer has been sent, so nobody who gets an answer is told otherwise.
    const closing = setInterval(() => {
      server.closeIdleConnections();
    }, 50);
    const force = setTimeout(() => {
      server.closeAllConnections();
    }, 10_000);
    server.close(() => {
      clearInterval(closing);
      clearTimeout(force);
      void front.close().then(() => {
        process.exit(0);
      });
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
