import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { ClickHouse } from './clickhouse';
import { clickhouseConfig } from './config';
import { ClickHouseFault, ClickHouseUnavailable, ContentRefused, TablesNotReady } from './errors';
import { encodeBlock, type Block } from './native/encode-block';
import type { NativeColumn, NativeType } from './native/types';
import { aMigratedDatabase, drop } from './testing/a-database';

const of = (
  kind: 'string' | 'uuid' | 'bool' | 'int32' | 'int64' | 'float64' | 'decimal' | 'datetime64',
): NativeType => ({ kind });
const nullable = (type: NativeType): NativeType => ({ kind: 'nullable', of: type });

const columns: readonly NativeColumn[] = [
  { name: 'n', type: of('int32') },
  { name: 'text', type: of('string') },
  { name: 'repeated', type: of('string') },
  { name: 'id', type: of('uuid') },
  { name: 'maybe_id', type: nullable(of('uuid')) },
  { name: 'flag', type: of('bool') },
  { name: 'maybe_flag', type: nullable(of('bool')) },
  { name: 'maybe_int', type: nullable(of('int32')) },
  { name: 'big', type: of('int64') },
  { name: 'double', type: nullable(of('float64')) },
  { name: 'time', type: of('datetime64') },
  { name: 'maybe_time', type: nullable(of('datetime64')) },
  { name: 'money', type: nullable(of('decimal')) },
  { name: 'counts', type: { kind: 'map', of: of('int64') } },
  {
    name: 'items',
    type: {
      kind: 'array',
      of: {
        kind: 'tuple',
        fields: [
          { name: 'k', type: of('string') },
          { name: 'v', type: of('int32') },
        ],
      },
    },
  },
];

const everyType = {
  number: 1,
  name: 'every_type',
  sql: `CREATE TABLE IF NOT EXISTS {{database}}.every_type (
    n Int32, text String, repeated LowCardinality(String), id UUID, maybe_id Nullable(UUID), flag Bool, maybe_flag Nullable(Bool),
    maybe_int Nullable(Int32), big Int64, double Nullable(Float64), time DateTime64(3, 'UTC'),
    maybe_time Nullable(DateTime64(3, 'UTC')), money Nullable(Decimal(38, 18)), counts Map(LowCardinality(String), Int64),
    items Array(Tuple(k LowCardinality(String), v Int32)), CONSTRAINT cheap CHECK ifNull(money, 0) != 13
  ) ENGINE = MergeTree ORDER BY n SETTINGS {{deduplication}};
`,
};

const empty = {
  text: '',
  repeated: '',
  id: '00000000-0000-0000-0000-000000000000',
  maybe_id: null,
  flag: false,
  maybe_flag: null,
  maybe_int: null,
  big: 0,
  double: null,
  time: 0,
  maybe_time: null,
  money: null,
  counts: {},
  items: [],
};

const SELECT =
  'SELECT n, text, repeated, id, maybe_id, flag, maybe_flag, maybe_int, big, double, toUnixTimestamp64Milli(time) AS time, toUnixTimestamp64Milli(maybe_time) AS maybe_time, toString(money) AS money, counts, items FROM every_type ORDER BY n';

describe('ClickHouse', () => {
  let clickhouse: ClickHouse;
  beforeEach(async () => {
    clickhouse = await aMigratedDatabase({ migrations: [everyType] });
  });
  afterEach(() => drop(clickhouse));

  const insert = (rows: readonly object[], token: string): Promise<void> =>
    clickhouse.insert('every_type', encodeBlock(columns, rows), { token });
  const count = async (): Promise<number | undefined> =>
    (await clickhouse.query<{ count: number }>('SELECT count() AS count FROM every_type'))[0]?.count;

  it('reads back what was written, at the edges of every type', async () => {
    const rows = [
      { n: -(2 ** 31), ...empty },
      {
        n: 1,
        text: 'naïve 😀 \u0000\n\t"\\ \ufeff',
        repeated: 'Größe',
        id: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
        maybe_id: '00112233-4455-6677-8899-aabbccddeeff',
        flag: true,
        maybe_flag: false,
        maybe_int: 0,
        big: 2 ** 53 - 1,
        double: -0.1,
        time: 1,
        maybe_time: 0,
        money: '-12345678901234567890.123456789012345678',
        counts: { '': 1, schema_violation: 2 ** 40 },
        items: [
          { k: '', v: -1 },
          { k: '😀', v: 2 ** 31 - 1 },
        ],
      },
      {
        n: 2,
        ...empty,
        text: 'x'.repeat(100_000),
        big: -(2 ** 53 - 1),
        time: -1,
        maybe_time: 4_102_444_800_000,
        money: '0.1',
      },
    ];
    await insert(rows, 'edges');
    expect(await clickhouse.query(SELECT)).toEqual(rows);
  });

  it('writes a missing value as the empty one', async () => {
    await insert(
      [
        { n: 1 },
        { n: 2, text: null, id: null, flag: null, big: null, time: null, counts: null, items: null },
      ],
      'missing',
    );
    expect(await clickhouse.query(SELECT)).toEqual([
      { n: 1, ...empty },
      { n: 2, ...empty },
    ]);
  });

  it('reads back whatever was written', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const milliseconds = fc.integer({ min: 0, max: 9_000_000_000_000 });
    const row = fc.record({
      text,
      repeated: text,
      id: fc.uuid(),
      maybe_id: fc.option(fc.uuid()),
      flag: fc.boolean(),
      maybe_flag: fc.option(fc.boolean()),
      maybe_int: fc.option(fc.integer()),
      big: fc.maxSafeInteger(),
      double: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
      time: milliseconds,
      maybe_time: fc.option(milliseconds),
      money: fc.option(fc.integer({ min: 1, max: 999_999 }).map((cents) => (cents / 100).toString())),
      counts: fc.dictionary(fc.stringMatching(/^\w{1,8}$/), fc.maxSafeInteger(), { noNullPrototype: true }),
      items: fc.array(fc.record({ k: text, v: fc.integer() }), { maxLength: 4 }),
    });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (drawn) => {
        runs += 1;
        const rows = drawn.map((one, index) => ({ n: index, ...one }));
        await clickhouse.command('TRUNCATE TABLE every_type');
        await insert(rows, `run-${runs}`);
        expect(await clickhouse.query(SELECT)).toEqual(rows);
      }),
      { numRuns: 15 },
    );
  });

  it('inserts a block under one token once', async () => {
    const rows = [{ n: 1 }, { n: 2 }];
    await insert(rows, 'valid-events-0-0-2');
    await insert(rows, 'valid-events-0-0-2');
    expect(await count()).toBe(2);
    await insert(rows, 'valid-events-1-0-2');
    expect(await count()).toBe(4);
  });

  it('inserts a block under one token once when both are on their way', async () => {
    await Promise.all([insert([{ n: 1 }], 'same'), insert([{ n: 1 }], 'same'), insert([{ n: 1 }], 'same')]);
    expect(await count()).toBe(1);
  });

  it('sends nothing for a block without rows', async () => {
    await insert([], 'nothing');
    expect(await count()).toBe(0);
  });

  it('takes a block that was compressed on its way', async () => {
    for (const compression of ['gzip', 'zstd'] as const) {
      const url = process.env['HEADWATER_TEST_CLICKHOUSE_URL'];
      const compressing = new ClickHouse(
        clickhouseConfig.parse({ url, database: clickhouse.database, compression }),
      );
      await compressing.insert('every_type', encodeBlock(columns, [{ n: 1, text: 'x'.repeat(10_000) }]), {
        token: compression,
      });
      await compressing.close();
    }
    expect(await count()).toBe(2);
  });

  it('blames the rows for a value that the table does not take, and keeps none of them', async () => {
    const refused = insert([{ n: 1 }, { n: 2, money: '13' }, { n: 3 }], 'bad');
    await expect(refused).rejects.toThrow(ContentRefused);
    await expect(refused).rejects.toThrow(
      /did not take 3 rows for every_type because of what is in them \(code 469 VIOLATED_CONSTRAINT\)\.$/,
    );
    expect(await count()).toBe(0);
  });

  it('waits where a view of somebody else cannot work with the rows', async () => {
    await clickhouse.command(
      'CREATE MATERIALIZED VIEW numbers ENGINE = MergeTree ORDER BY tuple() AS SELECT toUInt32(text) AS number FROM every_type',
    );
    try {
      const refused = insert([{ n: 1, text: 'no number' }], 'viewed');
      await expect(refused).rejects.toThrow(TablesNotReady);
      await expect(refused).rejects.toThrow(/the view numbers, which is not ours, cannot work with them/);
    } finally {
      await clickhouse.command('DROP VIEW numbers');
    }
    await insert([{ n: 1, text: 'no number' }], 'viewed');
    expect(await count()).toBe(1);
  });

  it('waits for a migration where table or column are missing', async () => {
    const block = encodeBlock([{ name: 'n', type: of('int32') }], [{ n: 1 }]);
    await expect(clickhouse.insert('no_such_table', block, { token: 'a' })).rejects.toThrow(TablesNotReady);
    const other = encodeBlock([{ name: 'later', type: of('int32') }], [{ later: 1 }]);
    await expect(clickhouse.insert('every_type', other, { token: 'b' })).rejects.toThrow(TablesNotReady);
  });

  it('stops for a statement that makes no sense', async () => {
    await expect(clickhouse.command('FROBNICATE')).rejects.toThrow(ClickHouseFault);
  });

  it('binds parameters by their type', async () => {
    expect(
      await clickhouse.query('SELECT {text:String} AS text, {n:UInt32} AS n', { text: "a'b", n: 3 }),
    ).toEqual([{ text: "a'b", n: 3 }]);
  });
});

describe('ClickHouse that does not answer', () => {
  let server: Server;
  let answer: (end: (status: number, body: string) => void) => void = () => undefined;
  const connect = (timeoutMs = 60_000): ClickHouse =>
    new ClickHouse(
      clickhouseConfig.parse({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        timeoutMs,
      }),
    );
  const block: Block = encodeBlock([{ name: 'n', type: of('int32') }], [{ n: 1 }]);

  beforeEach(async () => {
    server = createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        answer((status, body) => response.writeHead(status).end(body));
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each<[string, typeof answer]>([
    ['keeps silent', () => undefined],
    [
      'is a proxy without a server',
      (end) => {
        end(502, '<html>Bad Gateway</html>');
      },
    ],
    [
      'has too many parts',
      (end) => {
        end(500, 'Code: 252. DB::Exception: Too many parts. (TOO_MANY_PARTS)');
      },
    ],
  ])('is waited for when it %s', async (_case, does) => {
    answer = does;
    const clickhouse = connect(300);
    await expect(clickhouse.insert('t', block, { token: 'a' })).rejects.toThrow(ClickHouseUnavailable);
    await expect(clickhouse.ping()).rejects.toThrow(ClickHouseUnavailable);
    await clickhouse.close();
  });

  it('is waited for when a proxy answers 200 in its place: nothing is stored', async () => {
    answer = (end) => {
      end(200, '<html>Please sign in</html>');
    };
    const clickhouse = connect();
    const refusal = /answered 200, and the answer is not ClickHouse's.*It is tried again/;
    await expect(clickhouse.insert('t', block, { token: 'a' })).rejects.toThrow(refusal);
    await expect(clickhouse.command('SELECT 1')).rejects.toThrow(refusal);
    await expect(clickhouse.query('SELECT 1')).rejects.toThrow(ClickHouseUnavailable);
    await clickhouse.close();
  });

  it('is waited for when nothing listens', async () => {
    const clickhouse = connect();
    server.close();
    await expect(clickhouse.ping()).rejects.toThrow(
      /ECONNREFUSED.*It is tried again\. Check that ClickHouse runs/,
    );
    await clickhouse.close();
  });
});
