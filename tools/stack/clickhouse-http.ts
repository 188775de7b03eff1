import { quoteString } from './sql-scan';

/** What a request to ClickHouse's HTTP interface asks for, read from its method, URL and headers. */
export interface HttpQuery {
  readonly queryId: string | null;
  /** The `query` parameter; the statement, or its beginning when there is a body as well. */
  readonly query: string;
  readonly database: string | null;
  /** `default_format` or `X-ClickHouse-Format`; used when the statement names none. */
  readonly format: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Values of `{name:Type}` placeholders, still in ClickHouse's escaped text. */
  readonly params: Readonly<Record<string, string>>;
  readonly user: string;
  readonly password: string;
  /** GET may only read, as in ClickHouse. */
  readonly readonly: boolean;
}

/** An error as ClickHouse's HTTP interface reports it. */
export class ClickHouseHttpError extends Error {
  override readonly name = 'ClickHouseHttpError';

  constructor(
    readonly code: number,
    readonly type: string,
    readonly detail: string,
    readonly status = statusOfCode(code),
  ) {
    super(`Code: ${code}. DB::Exception: ${detail} (${type})`);
  }
}

/** Parameters that the HTTP layer handles itself, and that say nothing to the engine. */
const handledHere = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'quota_key',
  'role',
  'stacktrace',
  'buffer_size',
  // Every answer is complete before its first byte is sent, so an error always has its own status.
  'wait_end_of_query',
  'client_protocol_version',
  'enable_http_compression',
  'http_zlib_compression_level',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'http_write_exception_in_output_format',
  // An insert is answered when its rows are in the table, which is what an async insert that waits promises.
  'async_insert',
  'wait_for_async_insert',
  'async_insert_busy_timeout_ms',
  'async_insert_max_data_size',
]);

/** Parameters that would change what the answer means, so that ignoring them would be wrong. */
const unsupported: Readonly<Record<string, string>> = {
  session_id: 'sessions are not kept; use a ClickHouse server for temporary tables and SET',
  compress: "ClickHouse's own compression is not spoken; use HTTP compression (Accept-Encoding)",
  decompress: "ClickHouse's own compression is not spoken; use HTTP compression (Content-Encoding)",
};

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Reads a request. Throws `ClickHouseHttpError` for what this front does not do.
 *
 * @param search the URL's parameters, and those that came as parts of a `multipart/form-data` body
 */
export function parseHttpQuery(method: string, search: URLSearchParams, headers: Headers): HttpQuery {
  const settings: Record<string, string> = {};
  const params: Record<string, string> = {};
  for (const [name, value] of search) {
    if (name.startsWith('param_')) params[name.slice('param_'.length)] = value;
    else if (name in unsupported && value !== '' && value !== '0') {
      throw new ClickHouseHttpError(
        48,
        'NOT_IMPLEMENTED',
        `The embedded ClickHouse does not take ${name}: ${unsupported[name] ?? ''}.`,
      );
    } else if (!handledHere.has(name) && !(name in unsupported)) settings[name] = value;
  }
  for (const name of [...Object.keys(settings), ...Object.keys(params)]) {
    if (!/^[A-Za-z_]\w*$/.test(name))
      throw new ClickHouseHttpError(
        36,
        'BAD_ARGUMENTS',
        `"${name}" is not the name of a setting or parameter.`,
      );
  }
  const header = (name: string): string | null => {
    const value = headers[name];
    return (Array.isArray(value) ? value[0] : value) ?? null;
  };
  const [basicUser, basicPassword] = parseBasicAuth(header('authorization'));
  return {
    queryId: search.get('query_id') ?? header('x-clickhouse-query-id'),
    query: search.get('query') ?? '',
    database: search.get('database') ?? header('x-clickhouse-database'),
    format: search.get('default_format') ?? header('x-clickhouse-format') ?? 'TabSeparated',
    settings,
    params,
    user: search.get('user') ?? header('x-clickhouse-user') ?? basicUser ?? 'default',
    password: search.get('password') ?? header('x-clickhouse-key') ?? basicPassword ?? '',
    readonly: method === 'GET' || method === 'HEAD',
  };
}

function parseBasicAuth(header: string | null): [string | null, string | null] {
  const encoded = /^Basic ([\w+/=-]+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return [null, null];
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

/**
 * The statements that put a fresh connection into the state which the request's parameters describe. The values are typed
 * by the engine, exactly as in a URL.
 */
export function preamble(request: HttpQuery): string[] {
  const assign = (name: string, value: string): string => `${name} = ${quoteString(value)}`;
  const settings = Object.entries(request.settings).map(([name, value]) => assign(name, value));
  const params = Object.entries(request.params).map(([name, value]) => assign(`param_${name}`, value));
  return [
    ...(request.database === null || request.database === ''
      ? []
      : [`USE \`${request.database.replace(/[\\`]/g, '\\$&')}\``]),
    ...(settings.length === 0 ? [] : [`SET ${settings.join(', ')}`]),
    ...(params.length === 0 ? [] : [`SET ${params.join(', ')}`]),
    ...(request.readonly && !('readonly' in request.settings) ? ['SET readonly = 2'] : []),
  ];
}

/** The engine's message as an HTTP error. What only this front's way of inserting (a file) added to it is taken out. */
export function parseEngineError(message: string): ClickHouseHttpError {
  const cleaned = message
    .replace(/^(Code: \d+\. DB::Exception: )(?:Code: \d+\. DB::Exception: )+/, '$1')
    .replace(/: \(in file\/uri [^)]*\)/g, '')
    .replace(
      /: While executing File: data for INSERT was parsed from file/g,
      ': data for INSERT was parsed from query',
    )
    .replace(/(?: \([A-Z_]+\))? \(version [^)]*\)\.?/g, '');
  const match = /^Code: (\d+)\. DB::Exception: ([^]*) \(([A-Z0-9_]+)\)\.?\s*$/.exec(cleaned);
  if (match === null) return new ClickHouseHttpError(1001, 'STD_EXCEPTION', cleaned);
  return new ClickHouseHttpError(Number(match[1]), match[3] ?? '', match[2] ?? '');
}

/**
 * HTTP status of a ClickHouse error code, as ClickHouse's own server answers
 * (https://github.com/ClickHouse/ClickHouse, src/Server/HTTP/exceptionCodeToHTTPStatus.cpp).
 */
export function statusOfCode(code: number): number {
  for (const [status, codes] of statuses) if (codes.includes(code)) return status;
  return 500;
}

const statuses: readonly (readonly [number, readonly number[]])[] = [
  [401, [194]],
  [403, [192, 193, 497, 512, 516]],
  // Bad arguments, data that cannot be parsed, wrong types, syntax errors.
  [
    400,
    [
      6, 8, 15, 25, 26, 27, 36, 38, 41, 43, 44, 53, 62, 72, 117, 167, 168, 223, 290, 321, 376, 427, 441, 675,
      676,
    ],
  ],
  // Unknown table, function, identifier, type, storage, element, database, setting, format, …
  [404, [46, 47, 50, 56, 60, 63, 73, 78, 81, 100, 115, 511, 336]],
  [501, [48]],
  [408, [159]],
  [503, [76, 209, 439]],
  [411, [381]],
];

const contentTypes: Readonly<Record<string, string>> = {
  TabSeparated: 'text/tab-separated-values; charset=UTF-8',
  TSV: 'text/tab-separated-values; charset=UTF-8',
  CSV: 'text/csv; charset=UTF-8; header=absent',
  CSVWithNames: 'text/csv; charset=UTF-8; header=present',
  JSON: 'application/json; charset=UTF-8',
  JSONCompact: 'application/json; charset=UTF-8',
  JSONEachRow: 'application/x-ndjson; charset=UTF-8',
  JSONCompactEachRow: 'application/x-ndjson; charset=UTF-8',
  Native: 'application/octet-stream',
  RowBinary: 'application/octet-stream',
  Parquet: 'application/octet-stream',
};

/** The `Content-Type` of a result in this format. */
export function contentTypeOf(format: string): string {
  return contentTypes[format] ?? 'text/plain; charset=UTF-8';
}

/**
 * Formats in which every block of rows stands for itself, so that a result may be sent while it is made. The engine writes
 * the other ones' head and foot around each block of a stream.
 */
const streamable = new Set([
  'JSONEachRow',
  'JSONCompactEachRow',
  'JSONStringsEachRow',
  'TabSeparated',
  'TSV',
  'TabSeparatedRaw',
  'TSVRaw',
  'CSV',
  'RowBinary',
  'Native',
]);

/** Whether the result of a statement with this first word, in this format, can be sent as a stream of blocks. */
export function isStreamable(verb: string, format: string): boolean {
  return (verb === 'SELECT' || verb === 'WITH') && streamable.has(format);
}

/**
 * An error that comes after the first rows were sent, in the form that ClickHouse 25.11 and later append to the body; the
 * client finds it by `tag`, which it knows from the header `X-ClickHouse-Exception-Tag`.
 */
export function exceptionTrailer(tag: string, message: string): string {
  const text = `${message}\n`;
  return `\r\n__exception__\r\n${tag}\r\n${text}${Buffer.byteLength(text)} ${tag}\r\n__exception__\r\n`;
}

/**
 * Whether a request comes from a program on this machine and not from a web page in the user's browser: a page may send a
 * request to a loopback address, and the engine can read and write files. `host` and `origin` are the headers.
 */
export function isLocalCaller(host: string | undefined, origin: string | undefined): boolean {
  if (host !== undefined && !isLoopbackName(host.replace(/:\d+$/, ''))) return false;
  if (origin === undefined) return true;
  return URL.canParse(origin) && isLoopbackName(new URL(origin).hostname);
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}
