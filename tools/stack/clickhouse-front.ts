/**
 * ClickHouse's HTTP interface over the in-process engine (chdb), for programs on this machine: what `@clickhouse/client`
 * sends, and what a person sends with curl. A process of its own, because one process can open one data folder, and so that
 * every service uses the plain client. Started by `startClickHouse`.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
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
import { DEFAULT_DELAY_MS, errorOf, FaultPlan, parseFault } from './clickhouse-faults';
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
import { accessFiles, assumeRole, isRestricted, userWith, type ClickHouseUser } from './clickhouse-users';
import { Lane } from './lane';
import { LOOPBACK } from './ports';
import { insertFromFile, outlineOf, parseDataInsert, type DataInsert } from './sql-scan';
import { messageOf } from './stack-error';

interface FrontConfig {
  readonly dataDir: string;
  readonly port: number;
  /** Who may sign in; null lets anybody do everything. */
  readonly users: readonly ClickHouseUser[] | null;
  /** What `/faults` asks for; null: there is no such path. */
  readonly faultsToken: string | null;
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
  /** Statements that put the connection into the state which user and request ask for. */
  readonly preamble: readonly string[];
  /** What befalls the answer, on request of a test. */
  readonly mishap: { before: () => Promise<void> };
}

/** Thrown where a query is not answered, on request of a test. */
class Unanswered extends Error {}

class Front {
  private readonly engine: Engine;
  private readonly spool: string;
  private readonly reads = new Lane(READERS);
  private readonly writes = new Lane(WRITERS);
  private version = '';
  private timezone = 'UTC';
  private spooled = 0;
  private readonly stopping = new AbortController();
  private readonly faults = new FaultPlan();

  constructor(private readonly config: FrontConfig) {
    this.spool = join(config.dataDir, 'spool');
    rmSync(this.spool, { recursive: true, force: true });
    mkdirSync(this.spool, { recursive: true });
    this.engine = new Engine(join(config.dataDir, 'data'), this.accessArguments());
  }

  /** Without a user who may do less than everything, the engine is left as it is. */
  private accessArguments(): readonly string[] {
    const users = this.config.users ?? [];
    if (!users.some(isRestricted)) return [];
    const [config, usersFile] = ['config', 'users'].map((name) => join(this.config.dataDir, `${name}.xml`));
    const files = accessFiles(users, usersFile ?? '');
    writeFileSync(config ?? '', files.config);
    writeFileSync(usersFile ?? '', files.users);
    return [`--config-file=${config ?? ''}`];
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
    if (url.pathname === '/faults' && this.config.faultsToken !== null) {
      await this.controlFaults(this.config.faultsToken, request, response);
      return;
    }
    if (url.pathname !== '/') {
      response.writeHead(404, { 'content-type': 'text/plain; charset=UTF-8' });
      response.end(`There is no handle ${url.pathname}. Use / or /ping.\n`);
      return;
    }
    let queryId: string = randomUUID();
    let user = 'default';
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
      user = query.user;
      const role = this.authenticate(query);
      const exchange: Exchange = {
        request,
        response,
        query,
        queryId,
        preamble: [...preamble(query), ...(role === null ? [] : [role])],
        mishap: { before: () => Promise.resolve() },
      };
      await this.answer(exchange);
    } catch (error) {
      if (error instanceof Unanswered) response.destroy();
      else this.fail(asHttpError(error, user), queryId, request, response);
    }
  }

  /** The statement that holds the connection to what the user may do, or null. */
  private authenticate({ user: name, password }: HttpQuery): string | null {
    const { users } = this.config;
    if (users === null) return null;
    const user = userWith(users, name, password);
    if (user === null) throw errorOf(516, name);
    return assumeRole(users, user);
  }

  /** POST begins a fault, DELETE ends it; both, and GET, say how many queries went wrong so far. */
  private async controlFaults(
    token: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const say = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(`${JSON.stringify(body)}\n`);
    };
    const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (userWith([{ name: '', password: token }], '', given) === null) {
      say(401, { error: 'Send the token that the stack was started with: Authorization: Bearer TOKEN.' });
      return;
    }
    if (request.method === 'POST') {
      const fault = parseFault((await limited(request)).toString('utf8'));
      if (typeof fault === 'string') {
        say(400, { error: fault });
        return;
      }
      this.faults.inject(fault);
    } else if (request.method === 'DELETE') this.faults.clear();
    say(200, { injected: this.faults.injected });
  }

  /** Lets the fault that a test asked for happen to this query, once its request has been read. */
  private async suffer({ query, response, mishap }: Exchange, isInsert: boolean): Promise<void> {
    const taken = this.faults.take(isInsert);
    if (taken === null) return;
    const { code, delayMs = DEFAULT_DELAY_MS } = taken.fault;
    const wait = async (milliseconds?: number): Promise<void> => {
      const gone = new AbortController();
      response.once('close', () => {
        gone.abort();
      });
      const signal = AbortSignal.any([taken.cleared, gone.signal, this.stopping.signal]);
      if (milliseconds !== undefined) await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
      else if (!signal.aborted) await once(signal, 'abort');
    };
    switch (code) {
      case 'slow':
        mishap.before = () => wait(delayMs);
        return;
      case 'cut':
        mishap.before = () => Promise.reject(new Unanswered());
        return;
      case 'hang':
        await wait();
        throw new Unanswered();
      default:
        throw errorOf(code, query.user);
    }
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
      await this.suffer(exchange, true);
      const result = await this.writes.run(() =>
        this.engine.run(engineQuery(exchange, insertFromFile(sql, insert, file))),
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
    await this.suffer(exchange, verb === 'INSERT');
    if (verb === 'INSERT') {
      const result = await this.writes.run(() => this.engine.run(engineQuery(exchange, sql)));
      await this.sendWhole(exchange, format, result, true);
      return;
    }
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const engine = {
      ...engineQuery(exchange, sql),
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
        if (out.sink === null) await exchange.mishap.before();
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
    { request, response, queryId, mishap }: Exchange,
    format: string,
    result: EngineResult,
    wrote: boolean,
  ): Promise<void> {
    await mishap.before();
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

  private fail(
    failure: ClickHouseHttpError,
    queryId: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    // A caller who left gets no answer; and an insert whose body did not arrive whole was not made.
    if (response.destroyed || request.errored !== null) return;
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

function engineQuery({ preamble, query }: Exchange, sql: string): EngineQuery {
  return { preamble, sql, format: query.format };
}

/** @param user who the engine takes for its own `default` */
function asHttpError(error: unknown, user = 'default'): ClickHouseHttpError {
  return error instanceof ClickHouseHttpError
    ? error
    : parseEngineError(messageOf(error).replace('DB::Exception: default: ', `DB::Exception: ${user}: `));
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
