import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { Kafka, logLevel } from 'kafkajs';
import { startClickHouse, type RunningClickHouse } from './clickhouse';
import { isAlive } from './lock-file';
import { assertPortFree, freePorts } from './ports';
import { startStack, type Stack } from './stack';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-stack-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** ClickHouse's client logs every error that a test provokes. */
const quiet = { log: { level: 127 } } as const;

const portOf = (address: string): number => Number(/:(\d+)/.exec(address.replace(/^http:\/\//, ''))?.[1]);

describe('the stack', () => {
  let stack: Stack;
  const progress: string[] = [];
  const up = async (): Promise<void> => {
    stack = await startStack({ dataDir: join(folder, 'all'), onProgress: (line) => progress.push(line) });
  };
  const kafka = (): Kafka =>
    new Kafka({ brokers: stack.kafka.brokers, clientId: 'e2e', logLevel: logLevel.NOTHING });
  const clickhouse = (): ClickHouseClient => createClient({ url: stack.clickhouse.url, ...quiet });

  /** Everything committed in a topic, as strings. */
  const readAll = async (topic: string): Promise<string[]> => {
    const admin = kafka().admin();
    await admin.connect();
    const end = (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
    await admin.disconnect();
    const consumer = kafka().consumer({
      groupId: `read-${topic}-${process.hrtime.bigint()}`,
      readUncommitted: false,
    });
    const values: string[] = [];
    let reached = 0;
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve) => {
      void consumer.run({
        eachBatchAutoResolve: true,
        eachBatch: ({ batch }) => {
          values.push(...batch.messages.map(({ value }) => value?.toString() ?? ''));
          reached = Math.max(reached, Number(batch.lastOffset()) + 1);
          if (reached >= end) resolve();
          return Promise.resolve();
        },
      });
    });
    await consumer.disconnect();
    return values;
  };

  beforeAll(up);
  afterAll(() => stack.stop());

  it('says what it does', () => {
    expect(progress.filter((line) => line.includes('is ready'))).toHaveLength(3);
  });

  it('commits and aborts Kafka transactions', async () => {
    const admin = kafka().admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'e2e', numPartitions: 1 }] });
    await admin.disconnect();
    const producer = kafka().producer({ transactionalId: 'e2e', idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    for (const end of ['abort', 'commit'] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: 'e2e', messages: [{ value: `${end} 1` }, { value: `${end} 2` }] });
      await transaction[end]();
    }
    await producer.disconnect();
    expect(await readAll('e2e')).toEqual(['commit 1', 'commit 2']);
  });

  it('makes no topic by accident', async () => {
    const producer = kafka().producer({ retry: { retries: 0 } });
    await producer.connect();
    await expect(producer.send({ topic: 'nobody-made-this', messages: [{ value: 'x' }] })).rejects.toThrow();
    await producer.disconnect();
  });

  const register = async (subject: string, schema: object): Promise<{ status: number; id?: number }> => {
    const response = await fetch(`${stack.registry.url}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: JSON.stringify(schema) }),
    });
    const { id } = (await response.json()) as { id?: number };
    return { status: response.status, ...(id === undefined ? {} : { id }) };
  };
  const recordOf = (...fields: object[]): object => ({ type: 'record', name: 'R', fields });

  let schemaId: number | undefined;
  it('registers schemas and refuses incompatible ones', async () => {
    const compatibility = await fetch(`${stack.registry.url}/config/e2e-value`, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ compatibility: 'FULL_TRANSITIVE' }),
    });
    await compatibility.arrayBuffer();
    ({ id: schemaId } = await register('e2e-value', recordOf({ name: 'a', type: 'string' })));
    expect(schemaId).toBeGreaterThan(0);
    expect(await register('e2e-value', recordOf({ name: 'a', type: 'string' }))).toEqual({
      status: 200,
      id: schemaId,
    });
    expect(await register('e2e-value', recordOf({ name: 'b', type: 'string' }))).toMatchObject({
      status: 409,
    });
  });

  it('keeps topics, schema ids and rows over a restart, on other ports', async () => {
    const client = clickhouse();
    await client.command({ query: 'CREATE TABLE kept (a UInt64) ENGINE = MergeTree ORDER BY a' });
    await client.insert({ table: 'kept', values: [{ a: '18446744073709551615' }], format: 'JSONEachRow' });
    await client.close();
    await register('another-value', recordOf({ name: 'z', type: 'long' }));

    await stack.stop();
    await up();

    expect(await readAll('e2e')).toEqual(['commit 1', 'commit 2']);
    const schema = await fetch(`${stack.registry.url}/schemas/ids/${schemaId}`);
    expect(((await schema.json()) as { schema: string }).schema).toContain('"name":"a"');
    expect(await register('e2e-value', recordOf({ name: 'a', type: 'string' }))).toMatchObject({
      id: schemaId,
    });
    const again = clickhouse();
    const rows = await again.query({ query: 'SELECT toString(a) AS a FROM kept', format: 'JSONEachRow' });
    expect(await rows.json()).toEqual([{ a: '18446744073709551615' }]);
    await again.close();
  });

  it('loses nothing that was acknowledged when all three are killed', async () => {
    const producer = kafka().producer();
    await producer.connect();
    await producer.send({ topic: 'e2e', acks: -1, messages: [{ value: 'before the crash' }] });
    await producer.disconnect();
    const { id } = await register('crash-value', recordOf({ name: 'c', type: 'string' }));
    const client = clickhouse();
    await client.insert({ table: 'kept', values: [{ a: 7 }], format: 'JSONEachRow' });
    await client.close();

    await Promise.all([stack.kafka.kill(), stack.registry.kill(), stack.clickhouse.kill()]);
    await stack.stop();
    await up();

    expect(await readAll('e2e')).toEqual(['commit 1', 'commit 2', 'before the crash']);
    const schema = await fetch(`${stack.registry.url}/schemas/ids/${id}`);
    expect(((await schema.json()) as { schema: string }).schema).toContain('"name":"c"');
    const again = clickhouse();
    expect(
      await (await again.query({ query: 'SELECT count() FROM kept', format: 'TabSeparated' })).text(),
    ).toBe('2\n');
    await again.close();
  });

  it('says who uses its folder', async () => {
    await expect(startStack({ dataDir: stack.dataDir })).rejects.toThrow(
      `The data folder ${stack.dataDir} is used by process ${process.pid}, running the embedded stack since`,
    );
  });

  it('says which port is taken, and stops what it had started', async () => {
    const clickhousePort = portOf(stack.clickhouse.url);
    const dataDir = join(folder, 'second');
    await expect(startStack({ dataDir, ports: { clickhouse: clickhousePort } })).rejects.toThrow(
      `Port ${clickhousePort} for ClickHouse on 127.0.0.1 is in use by another process`,
    );
    expect(existsSync(join(dataDir, 'stack.lock'))).toBe(false);
    expect(processesMentioning(dataDir)).toEqual([]);
  });

  it('leaves no process, no port and no temporary file when it stops', async () => {
    const pids = [stack.kafka.pid, stack.registry.pid, stack.clickhouse.pid];
    const addresses = [stack.kafka.brokers[0] ?? '', stack.registry.url, stack.clickhouse.url];
    expect(pids.every(isAlive)).toBe(true);
    await stack.stop();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(processesMentioning(stack.dataDir)).toEqual([]);
    for (const address of addresses) await assertPortFree('a test', portOf(address));
    expect(existsSync(join(stack.dataDir, 'stack.lock'))).toBe(false);
    expect(existsSync(join(stack.dataDir, 'clickhouse', 'spool'))).toBe(false);
  });
});

describe('the command line', () => {
  /** Side by side: each is most of a minute of starting and stopping on a busy machine. */
  const ends = new Map<string, Promise<Ending>>();
  beforeAll(() => {
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const end = endOf(signal);
      end.catch(() => undefined); // the test that waits for it reports it
      ends.set(signal, end);
    }
  });

  it.each(['SIGKILL', 'SIGTERM'])('leaves no child behind when it gets %s', async (signal) => {
    const { code, left, isLocked } = (await ends.get(signal)) ?? {};
    expect(left).toEqual([]);
    if (signal === 'SIGTERM') expect([code, isLocked]).toEqual([0, false]);
  });

  interface Ending {
    readonly code: number | null;
    /** Children that still run. */
    readonly left: readonly number[];
    readonly isLocked: boolean;
  }

  async function endOf(signal: NodeJS.Signals): Promise<Ending> {
    const dataDir = join(folder, signal);
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(__dirname, 'main.ts'), 'up', '--data', dataDir],
      { cwd: __dirname, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { kafka, registry, clickhouse } = JSON.parse(line.toString()) as Record<string, { pid: number }>;
    const pids = [kafka!.pid, registry!.pid, clickhouse!.pid];
    expect(pids.every(isAlive)).toBe(true);
    child.kill(signal);
    const [code] = (await once(child, 'exit')) as [number | null];
    for (let i = 0; i < 200 && pids.some(isAlive); i += 1) await sleep(100);
    return { code, left: pids.filter(isAlive), isLocked: existsSync(join(dataDir, 'stack.lock')) };
  }
});

/** Processes whose command line names a folder (Linux). */
function processesMentioning(path: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((command) => command.includes(`${path}/`));
}

describe("ClickHouse's HTTP front", () => {
  let server: RunningClickHouse;
  let client: ClickHouseClient;
  const rows = async <T>(query: string, query_params: Record<string, unknown> = {}): Promise<T[]> =>
    (await client.query({ query, query_params, format: 'JSONEachRow' })).json<T>();
  const count = async (table: string): Promise<number> =>
    Number((await rows<{ n: string }>(`SELECT count() AS n FROM ${table}`))[0]?.n);
  const command = async (query: string): Promise<void> => {
    await client.command({ query });
  };

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    server = await startClickHouse({ dataDir: join(folder, 'clickhouse'), port });
    client = createClient({ url: server.url, ...quiet });
  });
  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  it('answers ping', async () => {
    expect(await client.ping()).toEqual({ success: true });
    expect(await (await fetch(`${server.url}/ping`)).text()).toBe('Ok.\n');
  });

  it('binds parameters of every kind', async () => {
    const awkward = 'it\'s \\ "quoted"\n\ttab, \\N, é😀';
    const [row] = await rows(
      'SELECT {s:String} AS s, {n:Nullable(String)} AS n, {a:Array(String)} AS a, {m:Map(String, UInt8)} AS m, {b:Bool} AS b, {t:DateTime64(3)} AS t, {i:Identifier} AS i FROM (SELECT 5 AS five)',
      { s: awkward, n: null, a: [awkward, ''], m: { k: 1 }, b: true, t: new Date(1_234), i: 'five' },
    );
    expect(row).toEqual({
      s: awkward,
      n: null,
      a: [awkward, ''],
      m: { k: 1 },
      b: true,
      t: '1970-01-01 00:00:01.234',
      i: 5,
    });
  });

  it('binds parameters that are too long for a URL', async () => {
    const ids = Array.from({ length: 5_000 }, (_, i) => `id-${i}`);
    expect(
      await rows('SELECT length({ids:Array(String)}) AS n, {ids:Array(String)}[-1] AS last', { ids }),
    ).toEqual([{ n: 5000, last: 'id-4999' }]);
  });

  it('keeps parameters and settings of one request from the next, however many run at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const result = await client.query({
          query: "SELECT {i:UInt32} AS i, getSetting('max_block_size') AS size",
          query_params: { i },
          clickhouse_settings: { max_block_size: String(1_000 + i) },
          format: 'JSONEachRow',
        });
        return result.json();
      }),
    );
    expect(answers).toEqual(Array.from({ length: 50 }, (_, i) => [{ i, size: 1_000 + i }]));
    await expect(rows('SELECT {i:UInt32}')).rejects.toMatchObject({ code: '456' });
  });

  it.each([
    ['SELECT nope', '47', 'UNKNOWN_IDENTIFIER', 404],
    ['SELECT * FROM nope', '60', 'UNKNOWN_TABLE', 404],
    ['SELECT 1; SELECT 2', '62', 'SYNTAX_ERROR', 400],
    ['SELECT throwIf(1)', '395', 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO', 500],
    [
      'SELECT groupArray(number) FROM numbers(1000000000) SETTINGS max_memory_usage = 10000000',
      '241',
      'MEMORY_LIMIT_EXCEEDED',
      500,
    ],
  ])('reports errors as ClickHouse does: %s', async (query, code, type, status) => {
    await expect(rows(query)).rejects.toMatchObject({ code, type });
    const response = await fetch(server.url, { method: 'POST', body: query });
    expect(response.status).toBe(status);
    expect(response.headers.get('x-clickhouse-exception-code')).toBe(code);
    expect(await response.text()).toMatch(
      new RegExp(`^Code: ${code}\\. DB::Exception: [^]* \\(${type}\\) \\(version `),
    );
  });

  it('reports an error after the first rows to the client', async () => {
    const result = await client.query({
      query: 'SELECT throwIf(number = 2500000) FROM numbers(3000000)',
      format: 'JSONEachRow',
    });
    await expect(result.stream().toArray()).rejects.toMatchObject({ code: '395' });
  });

  it('refuses an unknown setting, and a write by GET', async () => {
    await expect(client.query({ query: 'SELECT 1', clickhouse_settings: { nope: 1 } })).rejects.toMatchObject(
      { code: '115' },
    );
    const response = await fetch(
      `${server.url}/?query=${encodeURIComponent('CREATE TABLE by_get (a UInt8) ENGINE = Memory')}`,
    );
    expect(response.headers.get('x-clickhouse-exception-code')).toBe('164');
  });

  describe('inserts', () => {
    beforeAll(async () => {
      await command(
        'CREATE TABLE t (id UInt64, s String, at Nullable(DateTime64(3)), day Date DEFAULT toDate(ifNull(at, toDateTime64(0, 3)))) ENGINE = MergeTree PARTITION BY id % 2 ORDER BY id SETTINGS non_replicated_deduplication_window = 100',
      );
    });
    beforeEach(() => command('TRUNCATE TABLE t'));

    const nativeRows = async (n: number): Promise<Buffer> => {
      const { stream } = await client.exec({
        query: `SELECT concat('; \\n ', toString(number)) AS s, number::UInt64 AS id FROM numbers(${n}) FORMAT Native`,
      });
      return Buffer.concat(await stream.toArray());
    };
    const insertNative = async (body: Buffer, token: string, target = 't (s, id)'): Promise<void> => {
      const { stream } = await client.exec({
        query: `INSERT INTO ${target} FORMAT Native`,
        values: Readable.from([body]),
        clickhouse_settings: { insert_deduplication_token: token },
      });
      await text(stream);
    };

    it('takes JSONEachRow, with defaults, and says how many rows it wrote', async () => {
      const { summary } = await client.insert({
        table: 't',
        values: [
          { id: 1, s: 'a' },
          { id: 2, s: 'b;\n', at: '2026-01-02 03:04:05.678' },
        ],
        format: 'JSONEachRow',
      });
      expect(summary?.written_rows).toBe('2');
      expect(await rows('SELECT * FROM t ORDER BY id')).toEqual([
        { id: 1, s: 'a', at: null, day: '1970-01-01' },
        { id: 2, s: 'b;\n', at: '2026-01-02 03:04:05.678', day: '2026-01-02' },
      ]);
    });

    it('takes Native by column name, byte for byte, once per token', async () => {
      const body = await nativeRows(20_000);
      for (const token of ['one', 'one', 'two']) await insertNative(body, token);
      expect(await count('t')).toBe(40_000);
      expect(await rows('SELECT s FROM t WHERE id = 19999 LIMIT 1')).toEqual([{ s: '; \n 19999' }]);
    });

    it('takes RowBinary and values, compressed or not', async () => {
      const row = Buffer.from([7, 0, 0, 0, 0, 0, 0, 0, 3, 0x3b, 0x0a, 0x27]);
      const url = `${server.url}/?query=${encodeURIComponent('INSERT INTO t (id, s) FORMAT RowBinary')}`;
      expect((await fetch(url, { method: 'POST', body: row })).status).toBe(200);
      const zip = createClient({ url: server.url, compression: { request: true, response: true } });
      await zip.insert({ table: 't', values: [{ id: 8, s: 'zipped' }], format: 'JSONEachRow' });
      await zip.command({
        query: "INSERT INTO t (id, s) VALUES (9, {s:String}), (10, concat('a', ';b'))",
        query_params: { s: "it's" },
      });
      const result = await zip.query({
        query: 'SELECT id, s FROM t ORDER BY id',
        format: 'JSONCompactEachRow',
      });
      expect(await result.json()).toEqual([
        [7, ";\n'"],
        [8, 'zipped'],
        [9, "it's"],
        [10, 'a;b'],
      ]);
      await zip.close();
    });

    it('takes the data after the statement in one body', async () => {
      const body = Buffer.concat([
        Buffer.from('INSERT INTO t (s, id) FORMAT Native\n'),
        await nativeRows(100),
      ]);
      expect((await fetch(server.url, { method: 'POST', body: new Uint8Array(body) })).status).toBe(200);
      expect(await count('t')).toBe(100);
    });

    it('takes an empty insert as none, and still knows the table', async () => {
      await client.insert({
        table: 't',
        values: Readable.from([], { objectMode: true }),
        format: 'JSONEachRow',
      });
      const empty = await fetch(`${server.url}/?query=${encodeURIComponent('INSERT INTO t FORMAT Native')}`, {
        method: 'POST',
      });
      expect(empty.status).toBe(200);
      const unknown = await fetch(
        `${server.url}/?query=${encodeURIComponent('INSERT INTO nope FORMAT Native')}`,
        { method: 'POST' },
      );
      expect(unknown.headers.get('x-clickhouse-exception-code')).toBe('60');
      expect(await count('t')).toBe(0);
    });

    it('inserts nothing of a block that is wrong, and says where, without naming its own files', async () => {
      const body = await nativeRows(1_000);
      await expect(insertNative(body.subarray(0, body.length - 10), 'cut')).rejects.toMatchObject({
        code: '33',
      });
      const wrong = client.insert({ table: 't', values: [{ id: 1 }, { id: 'x' }], format: 'JSONEachRow' });
      await expect(wrong).rejects.toThrow(/\(at row 2\)/);
      await expect(wrong).rejects.not.toThrow(/spool/);
      expect(await count('t')).toBe(0);
    });

    it('inserts nothing when the caller leaves in the middle', async () => {
      const body = await nativeRows(1_000);
      const leaving = new AbortController();
      const url = `${server.url}/?query=${encodeURIComponent('INSERT INTO t (s, id) FORMAT Native')}`;
      const half = new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(body));
          setTimeout(() => {
            leaving.abort();
          }, 200);
        },
      });
      await expect(
        fetch(url, { method: 'POST', body: half, duplex: 'half', signal: leaving.signal } as RequestInit),
      ).rejects.toThrow();
      await sleep(300);
      expect(await count('t')).toBe(0);
      expect(readdirSync(join(folder, 'clickhouse', 'spool'))).toEqual([]);
    });

    it('keeps what it acknowledged when it is killed', async () => {
      const acknowledged: number[] = [];
      const body = await nativeRows(500);
      const writing = (async () => {
        for (let i = 0; ; i += 1) {
          await insertNative(body, `crash-${i}`);
          acknowledged.push(i);
        }
      })().catch(() => undefined);
      while (acknowledged.length < 5)
        await Promise.race([
          sleep(20),
          writing.then(() => Promise.reject(new Error('no insert was acknowledged'))),
        ]);
      await server.kill();
      await writing;
      server = await startClickHouse({ dataDir: join(folder, 'clickhouse'), port: portOf(server.url) });
      // The one that was under way may be there as well; sent again under its token, it is there once.
      await insertNative(body, `crash-${acknowledged.length}`);
      expect(await count('t')).toBe((acknowledged.length + 1) * 500);
    });
  });

  it('answers ping, small queries and inserts while slow ones fill the cores', async () => {
    await command('CREATE TABLE meanwhile (a UInt8) ENGINE = MergeTree ORDER BY a');
    const enough = new AbortController();
    const slow = Array.from({ length: 5 }, () =>
      client.query({
        query: 'SELECT max(sipHash64(number)) FROM numbers(100000000000)',
        format: 'JSONEachRow',
        abort_signal: enough.signal,
      }),
    );
    await sleep(300);
    expect(await client.ping()).toEqual({ success: true });
    await client.insert({ table: 'meanwhile', values: [{ a: 1 }], format: 'JSONEachRow' });
    expect(await count('meanwhile')).toBe(1);
    enough.abort();
    expect((await Promise.allSettled(slow)).every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('stops a query whose caller left', async () => {
    const leaving = new AbortController();
    const query = client.query({
      query: 'SELECT max(sipHash64(number)) FROM numbers(100000000000)',
      format: 'JSONEachRow',
      abort_signal: leaving.signal,
    });
    await sleep(300);
    leaving.abort();
    await expect(query).rejects.toThrow();
    const running = (): Promise<unknown[]> =>
      rows(
        "SELECT query FROM system.processes WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%processes%'",
      );
    for (let i = 0; i < 30 && (await running()).length > 0; i += 1) await sleep(100);
    expect(await running()).toEqual([]);
  });

  it('streams a result that is larger than the memory of a query', async () => {
    const response = await fetch(server.url, {
      method: 'POST',
      body: "SELECT repeat('x', 999) FROM numbers(700000) FORMAT TSV",
    });
    let bytes = 0;
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) bytes += part.value.length;
    expect(bytes).toBe(700_000_000);
  });

  it('refuses to hold a result that is too large to be held', async () => {
    await expect(
      client.query({ query: "SELECT repeat('x', 999) FROM numbers(700000)", format: 'JSON' }),
    ).rejects.toMatchObject({ code: '241' });
    const peak =
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1024;
    expect(peak).toBeLessThan(1_500);
  });

  it('does what the tables of the project need', async () => {
    await command(
      'CREATE TABLE stored (app String, id UUID, v UInt32, c DateTime64(3)) ENGINE = ReplacingMergeTree(v) PARTITION BY toDate(c) ORDER BY (app, id)',
    );
    await command('CREATE VIEW latest AS SELECT * FROM stored FINAL');
    await command('CREATE TABLE sums (app String, n UInt64) ENGINE = SummingMergeTree ORDER BY app');
    await command(
      'CREATE MATERIALIZED VIEW to_sums TO sums AS SELECT app, count() AS n FROM stored GROUP BY app',
    );
    const id = '00000000-0000-0000-0000-000000000001';
    for (const v of [1, 3, 2]) {
      await client.insert({
        table: 'stored',
        values: [{ app: 'a', id, v, c: '2026-01-01 00:00:00.000' }],
        format: 'JSONEachRow',
      });
    }
    expect(await rows('SELECT v FROM latest')).toEqual([{ v: 3 }]);
    expect(await rows('SELECT app, sum(n) AS n FROM sums GROUP BY app')).toEqual([{ app: 'a', n: 3 }]);

    await command(
      'CREATE TABLE aging (at DateTime, v String) ENGINE = MergeTree ORDER BY v TTL at + INTERVAL 1 DAY',
    );
    await command("INSERT INTO aging VALUES (now(), 'new'), (now() - INTERVAL 3 DAY, 'old')");
    await command('OPTIMIZE TABLE aging FINAL');
    expect(await rows('SELECT v FROM aging')).toEqual([{ v: 'new' }]);

    await command('CREATE TABLE documents (d JSON) ENGINE = MergeTree ORDER BY tuple()');
    await client.insert({ table: 'documents', values: [{ d: { a: { b: 5 } } }], format: 'JSONEachRow' });
    expect(
      await rows(`SELECT d.a.b::UInt8 AS b, JSONExtractString('{"k":"v"}', 'k') AS k FROM documents`),
    ).toEqual([{ b: 5, k: 'v' }]);

    await command('ALTER TABLE stored DELETE WHERE v < 3 SETTINGS mutations_sync = 1');
    expect(await count('stored')).toBe(1);
  });

  it('asks for its password when it has one', async () => {
    const [port = 0] = await freePorts(1);
    const guarded = await startClickHouse({ dataDir: join(folder, 'guarded'), port, password: 's3cret' });
    const stranger = createClient({ url: guarded.url, ...quiet });
    const friend = createClient({ url: guarded.url, password: 's3cret' });
    await expect(stranger.query({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '516' });
    expect(await (await friend.query({ query: 'SELECT 1', format: 'TabSeparated' })).text()).toBe('1\n');
    await Promise.all([stranger.close(), friend.close()]);
    await guarded.stop();
  });
});
