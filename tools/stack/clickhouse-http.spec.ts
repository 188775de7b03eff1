import {
  ClickHouseHttpError,
  exceptionTrailer,
  isLocalCaller,
  isStreamable,
  parseEngineError,
  parseHttpQuery,
  preamble,
  statusOfCode,
} from './clickhouse-http';

const read = (search: string, headers: Record<string, string> = {}, method = 'POST') =>
  parseHttpQuery(method, new URLSearchParams(search), headers);

describe('parseHttpQuery', () => {
  it('tells settings, parameters and its own parameters apart', () => {
    const query = read(
      'query=SELECT+1&query_id=q1&database=hw&param_x=a%09b&max_threads=1&wait_end_of_query=1&async_insert=1',
    );
    expect(query).toMatchObject({
      query: 'SELECT 1',
      queryId: 'q1',
      database: 'hw',
      format: 'TabSeparated',
      params: { x: 'a\tb' },
      settings: { max_threads: '1' },
    });
  });

  it.each([
    [
      'basic auth',
      { authorization: `Basic ${Buffer.from('ann:se:cret').toString('base64')}` },
      '',
      'ann',
      'se:cret',
    ],
    ['headers', { 'x-clickhouse-user': 'ann', 'x-clickhouse-key': 'k' }, '', 'ann', 'k'],
    ['parameters', {}, 'user=ann&password=p', 'ann', 'p'],
    ['nothing', {}, '', 'default', ''],
  ])('reads who asks: %s', (_case, headers, search, user, password) => {
    expect(read(search, headers as Record<string, string>)).toMatchObject({ user, password });
  });

  it.each(['session_id=1', 'compress=1', 'decompress=1'])(
    'refuses what it would otherwise ignore: %s',
    (search) => {
      expect(() => read(search)).toThrow(/^Code: 48\. .* \(NOT_IMPLEMENTED\)$/);
    },
  );

  it('refuses a setting whose name is not one', () => {
    expect(() => read("a'b=1")).toThrow(ClickHouseHttpError);
  });

  it('takes compress=0', () => {
    expect(read('compress=0').settings).toEqual({});
  });
});

describe('preamble', () => {
  it('quotes values and sets parameters apart from settings', () => {
    expect(preamble(read("database=d`x&insert_deduplication_token=it's&param_p=\\N"))).toEqual([
      'USE `d\\`x`',
      "SET insert_deduplication_token = 'it\\'s'",
      "SET param_p = '\\\\N'",
    ]);
  });

  it('lets GET only read, as ClickHouse does', () => {
    expect(preamble(read('', {}, 'GET'))).toEqual(['SET readonly = 2']);
    expect(preamble(read('readonly=1', {}, 'GET'))).toEqual(["SET readonly = '1'"]);
  });
});

describe('parseEngineError', () => {
  it('reads code, type and text', () => {
    expect(
      parseEngineError('Code: 60. DB::Exception: Table default.t does not exist. (UNKNOWN_TABLE)'),
    ).toMatchObject({
      code: 60,
      type: 'UNKNOWN_TABLE',
      detail: 'Table default.t does not exist.',
      status: 404,
      message: 'Code: 60. DB::Exception: Table default.t does not exist. (UNKNOWN_TABLE)',
    });
  });

  it('hides that the data of an insert went through a file', () => {
    const raw =
      'Code: 33. DB::Exception: Code: 33. DB::Exception: Cannot read all data in NativeReader. Rows read: 3. Rows expected: 9: ' +
      '(in file/uri /data/spool/1.body): While executing Native: While executing File: data for INSERT was parsed from file. ' +
      '(CANNOT_READ_ALL_DATA) (version 26.7.2.1). (CANNOT_READ_ALL_DATA)';
    const { code, type, detail } = parseEngineError(raw);
    expect({ code, type }).toEqual({ code: 33, type: 'CANNOT_READ_ALL_DATA' });
    expect(detail).toBe(
      'Cannot read all data in NativeReader. Rows read: 3. Rows expected: 9: While executing Native: data for INSERT was parsed from query.',
    );
  });

  it('keeps the row that was wrong', () => {
    const raw =
      "Code: 27. DB::Exception: Cannot parse input: expected '\"' before: 'zz': (at row 7)\n: While executing ParallelParsingBlockInputFormat. (CANNOT_PARSE_INPUT_ASSERTION_FAILED)";
    expect(parseEngineError(raw).detail).toContain('(at row 7)');
  });

  it('passes on what is no ClickHouse error', () => {
    expect(parseEngineError('boom')).toMatchObject({ code: 1001, detail: 'boom', status: 500 });
  });
});

describe('statusOfCode', () => {
  it.each([
    [62, 400],
    [27, 400],
    [60, 404],
    [115, 404],
    [497, 403],
    [516, 403],
    [48, 501],
    [159, 408],
    [241, 500],
    [252, 500],
  ])('%i is %i', (code, status) => {
    expect(statusOfCode(code)).toBe(status);
  });
});

describe('isStreamable', () => {
  it.each([
    ['SELECT', 'JSONEachRow', true],
    ['WITH', 'Native', true],
    ['SELECT', 'JSON', false],
    ['SELECT', 'CSVWithNames', false],
    ['SHOW', 'JSONEachRow', false],
  ])('%s in %s: %s', (verb, format, expected) => {
    expect(isStreamable(verb, format)).toBe(expected);
  });
});

describe('exceptionTrailer', () => {
  it('counts the bytes of the message with its line end', () => {
    expect(exceptionTrailer('TAG', 'böom')).toBe(
      '\r\n__exception__\r\nTAG\r\nböom\n6 TAG\r\n__exception__\r\n',
    );
  });
});

describe('isLocalCaller', () => {
  it.each([
    ['127.0.0.1:8123', undefined, true],
    ['localhost:8123', undefined, true],
    ['[::1]:8123', undefined, true],
    ['localhost:8123', 'http://localhost:3000', true],
    ['localhost:8123', 'https://example.org', false],
    ['localhost:8123', 'null', false],
    ['rebound.example:8123', undefined, false],
  ])('host %s, origin %s: %s', (host, origin, expected) => {
    expect(isLocalCaller(host, origin)).toBe(expected);
  });
});
