import type { IncomingMessage, ServerResponse } from 'node:http';
import { keyProblem, parseSchemaVer, type LookUp, type SchemaKey } from '@headwater/validation';
import type { EventFile } from './event-file';
import type { EventStore, Kept } from './event-store';
import { BadFilter, readQuery, type Query } from './filters';
import { pageOf, rowsOf } from './page/page';
import { script } from './page/script';
import { styles } from './page/styles';
import type { EventRecord } from './record';

export interface MicroParts {
  readonly store: EventStore;
  readonly file: EventFile | null;
  /** A schema as its source has it; rejects when it cannot be asked for. */
  readonly documentOf: (key: SchemaKey) => Promise<LookUp>;
}

const MAX_BODY_BYTES = 64 * 1024;
/** What runs in a browser on another origin may ask, as for Snowplow Micro; it sends no credentials along. */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, OPTIONS',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Expose-Headers': 'X-Headwater-Dropped, X-Headwater-Forgotten, X-Headwater-Timed-Out',
  'Access-Control-Max-Age': '3600',
};
/** What the page may do: nothing but its own script, styles and questions. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const ROOT = '/micro';
const ENDPOINTS =
  '/micro/all, /micro/good, /micro/bad, /micro/reset, /micro/iglu/{vendor}/{name}/jsonschema/{version}, /micro/ui';

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const json = (status: number, value: unknown, headers: Answer['headers'] = {}): Answer => ({
  status,
  type: 'application/json; charset=UTF-8',
  body: JSON.stringify(value),
  headers,
});
const problem = (status: number, message: string): Answer => json(status, { message });

/** The API of Snowplow Micro over the events that are kept, and the live page. */
export class MicroApi {
  constructor(private readonly parts: MicroParts) {}

  /** Answers what is asked under `/micro` and, by GET, at `/`. False: it is for the collector. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const { pathname, searchParams } = locationOf(request.url ?? '');
    const isPage = pathname === '/' && (request.method === 'GET' || request.method === 'HEAD');
    if (!isPage && pathname !== ROOT && !pathname.startsWith(`${ROOT}/`)) return false;
    void this.answerTo(request, isPage ? '/micro/ui' : pathname, searchParams)
      .catch((error: unknown) =>
        error instanceof BadFilter
          ? problem(400, error.message)
          : problem(503, error instanceof Error ? error.message : String(error)),
      )
      .then((answer) => {
        send(request, response, answer);
      });
    return true;
  }

  private async answerTo(request: IncomingMessage, path: string, query: URLSearchParams): Promise<Answer> {
    const method = request.method ?? '';
    if (method === 'OPTIONS') return { status: 200, body: '' };
    if (!['GET', 'HEAD', 'POST'].includes(method))
      return { ...problem(405, 'Use GET, POST or OPTIONS.'), headers: { Allow: 'GET, HEAD, POST, OPTIONS' } };
    const body = method === 'POST' ? await bodyOf(request) : '';
    switch (path) {
      case '/micro/all':
        return this.summary();
      case '/micro/good':
        return await this.events('good', { ...Object.fromEntries(query), ...filtersIn(body) }, request);
      case '/micro/bad':
        return await this.events('bad', { ...Object.fromEntries(query), ...filtersIn(body) }, request);
      case '/micro/reset':
        await this.parts.file?.reset();
        this.parts.store.reset();
        return this.summary();
      case '/micro/ui':
      case '/micro/ui/':
        return {
          status: 200,
          type: 'text/html; charset=UTF-8',
          body: pageOf(this.parts.store, hostOf(request)),
        };
      case '/micro/ui/rows':
        return {
          status: 200,
          type: 'text/html; charset=UTF-8',
          body: rowsOf(this.parts.store, hostOf(request)),
        };
      case '/micro/ui/script.js':
        return { status: 200, type: 'text/javascript; charset=UTF-8', body: script };
      case '/micro/ui/styles.css':
        return { status: 200, type: 'text/css; charset=UTF-8', body: styles };
      default:
        return path.startsWith('/micro/iglu/')
          ? await this.schema(path.slice('/micro/iglu/'.length))
          : problem(404, `Nothing is served at this path. There are ${ENDPOINTS}.`);
    }
  }

  private summary(): Answer {
    const { totals, dropped, forgotten } = this.parts.store;
    return json(200, totals, {
      'X-Headwater-Dropped': String(dropped),
      'X-Headwater-Forgotten': String(forgotten),
    });
  }

  private async events(
    kind: EventRecord['kind'],
    wanted: Readonly<Record<string, unknown>>,
    request: IncomingMessage,
  ): Promise<Answer> {
    const query = readQuery(kind, wanted);
    const { records, inTime } = await this.await(kind, query, request);
    return {
      status: 200,
      type: 'application/json; charset=UTF-8',
      body: `[${records.map((record) => record.json).join(',')}]`,
      headers: inTime ? {} : { 'X-Headwater-Timed-Out': 'true' },
    };
  }

  /** What meets a query, as soon as there is enough of it or the time is over. */
  private await(
    kind: EventRecord['kind'],
    { meets, limit, waitMs, count }: Query,
    request: IncomingMessage,
  ): Promise<{ readonly records: readonly Kept[]; readonly inTime: boolean }> {
    const { store } = this.parts;
    const isEnough = (): boolean => store.find(kind, meets, count).length >= count;
    const found = (inTime: boolean) => ({ records: store.find(kind, meets, limit), inTime });
    if (waitMs === 0 || isEnough()) return Promise.resolve(found(true));
    return new Promise((resolve) => {
      const gone = (): void => {
        end(false);
      };
      const end = (inTime: boolean): void => {
        clearTimeout(timer);
        unwatch();
        request.socket.off('close', gone);
        resolve(found(inTime));
      };
      const timer = setTimeout(() => {
        end(false);
      }, waitMs);
      const unwatch = store.watch(() => {
        if (isEnough()) end(true);
      });
      request.socket.once('close', gone);
    });
  }

  private async schema(address: string): Promise<Answer> {
    const key = keyIn(address);
    if (key === null)
      return problem(404, 'Name a schema as /micro/iglu/{vendor}/{name}/jsonschema/{version}, e.g. 1-0-0.');
    const found = await this.parts.documentOf(key);
    return found.kind === 'found'
      ? json(200, found.document)
      : problem(404, `Nobody has this schema. Asked: ${found.asked.join(', ')}.`);
  }
}

const hostOf = ({ headers }: IncomingMessage): string => headers.host ?? 'localhost:9090';

function locationOf(target: string): { readonly pathname: string; readonly searchParams: URLSearchParams } {
  const at = target.indexOf('?');
  if (at === -1) return { pathname: target, searchParams: new URLSearchParams() };
  return { pathname: target.slice(0, at), searchParams: new URLSearchParams(target.slice(at + 1)) };
}

function keyIn(address: string): SchemaKey | null {
  const [vendor, name, format, version, ...rest] = address.split('/');
  const read = parseSchemaVer(version ?? '');
  if (vendor === undefined || name === undefined || format === undefined || !read || rest.length > 0)
    return null;
  const key = { vendor, name, format, ...read };
  return keyProblem(key) === null ? key : null;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new BadFilter(`The filters are longer than ${String(MAX_BODY_BYTES)} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function filtersIn(body: string): Readonly<Record<string, unknown>> {
  if (body.trim() === '') return {};
  try {
    const filters: unknown = JSON.parse(body);
    if (typeof filters === 'object' && filters !== null && !Array.isArray(filters))
      return filters as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw new BadFilter('The filters are not a JSON object, such as {"event_type": "page_view", "limit": 10}.');
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { status, type, body, headers } = answer;
  response.writeHead(status, {
    ...CORS,
    ...(type === undefined ? {} : { 'Content-Type': type }),
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(type?.startsWith('text/html') === true
      ? { 'Content-Security-Policy': PAGE_POLICY, 'Referrer-Policy': 'no-referrer' }
      : {}),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
