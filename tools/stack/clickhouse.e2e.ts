import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { startClickHouse, type RunningClickHouse } from './clickhouse';
import { freePorts } from './ports';

/** ClickHouse's client logs every error that a test provokes. */
const quiet = { log: { level: 127 }, request_timeout: 20_000, keep_alive: { enabled: false } } as const;

let folder: string;
let engine: RunningClickHouse;
const clients: ClickHouseClient[] = [];

const as = (username: string, password = username): ClickHouseClient => {
  const client = createClient({ url: engine.url, username, password, ...quiet });
  clients.push(client);
  return client;
};
const insertInto = (client: ClickHouseClient, a: number): Promise<unknown> =>
  client.insert({ table: 't', values: [{ a }], format: 'JSONEachRow' });
const valuesIn = async (client: ClickHouseClient): Promise<number[]> =>
  (
    await (
      await client.query({ query: 'SELECT a FROM t ORDER BY a', format: 'JSONEachRow' })
    ).json<{ a: number }>()
  ).map(({ a }) => a);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-clickhouse-'));
  const [port = 0] = await freePorts(1);
  engine = await startClickHouse({
    dataDir: folder,
    port,
    faults: true,
    users: [
      { name: 'admin', password: 'admin' },
      { name: 'reader', password: 'reader', readonly: true },
      { name: 'writer', password: 'writer', grants: ['INSERT ON default.t'] },
    ],
  });
  await as('admin').command({ query: 'CREATE TABLE t (a UInt32) ENGINE = MergeTree ORDER BY a' });
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('users', () => {
  it.each([
    ['a wrong password', 'reader', 'wrong'],
    ['nobody we know', 'stranger', ''],
    ['the user of old', 'default', ''],
  ])('are asked for: %s is 516', async (_case, name, password) => {
    await expect(valuesIn(as(name, password))).rejects.toMatchObject({ code: '516' });
  });

  it('may do what they were granted, and nothing else', async () => {
    await insertInto(as('writer'), 1);
    expect(await valuesIn(as('reader'))).toEqual([1]);
    const refused = (name: string): object => ({
      code: '497',
      message: expect.stringContaining(`${name}: Not enough privileges`) as string,
    });
    await expect(valuesIn(as('writer'))).rejects.toMatchObject(refused('writer'));
    await expect(insertInto(as('reader'), 2)).rejects.toMatchObject(refused('reader'));
    await expect(as('writer').command({ query: 'DROP TABLE t' })).rejects.toMatchObject(refused('writer'));
    // A role that a request assumes ends with the request, and nobody gets another's.
    await expect(as('writer').command({ query: 'SET ROLE everything' })).resolves.toBeDefined();
    await expect(valuesIn(as('writer'))).rejects.toMatchObject(refused('writer'));
  });
});

describe('faults', () => {
  beforeEach(async () => {
    await engine.clear();
    await as('admin').command({ query: 'TRUNCATE TABLE t' });
  });

  it.each([241, 242, 243, 252, 497, 516] as const)(
    '%i happens twice to inserts, and to no read',
    async (code) => {
      const admin = as('admin');
      await engine.inject({ code, count: 2, of: 'inserts' });
      expect(await valuesIn(admin)).toEqual([]);
      await expect(insertInto(admin, 1)).rejects.toMatchObject({ code: String(code) });
      await expect(admin.command({ query: 'INSERT INTO t SELECT 2' })).rejects.toMatchObject({
        code: String(code),
      });
      await insertInto(admin, 3);
      expect(await valuesIn(admin)).toEqual([3]);
    },
  );

  it('happens to everything until it is cleared', async () => {
    await engine.inject({ code: 516 });
    for (const again of [1, 2, 3])
      await expect(insertInto(as('admin'), again)).rejects.toMatchObject({ code: '516' });
    await expect(valuesIn(as('admin'))).rejects.toMatchObject({ code: '516' });
    expect(await engine.clear()).toBe(4);
    expect(await valuesIn(as('admin'))).toEqual([]);
  });

  it('slow: the row is there before the answer is', async () => {
    await engine.inject({ code: 'slow', count: 1, of: 'inserts' });
    let answered = false;
    const insert = insertInto(as('admin'), 7).then(() => (answered = true));
    while ((await valuesIn(as('admin'))).length === 0);
    expect(answered).toBe(false);
    await engine.clear();
    await insert;
  });

  it('cut: the row is there, and no answer', async () => {
    await engine.inject({ code: 'cut', count: 1, of: 'inserts' });
    await expect(insertInto(as('admin'), 8)).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(await valuesIn(as('admin'))).toEqual([8]);
  });

  it('hang: neither row nor answer', async () => {
    await engine.inject({ code: 'hang', count: 1, of: 'inserts' });
    const insert = insertInto(as('admin'), 9);
    const failed = expect(insert).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(await valuesIn(as('admin'))).toEqual([]);
    await engine.clear();
    await failed;
    expect(await valuesIn(as('admin'))).toEqual([]);
  });

  it('are for whoever holds the token, and for nobody when they were not asked for', async () => {
    const answer = await fetch(`${engine.url}/faults`, { method: 'POST', body: '{"code":252}' });
    expect(answer.status).toBe(401);
    const [port = 0] = await freePorts(1);
    const plain = await startClickHouse({ dataDir: join(folder, 'plain'), port });
    try {
      expect((await fetch(`${plain.url}/faults`, { method: 'POST', body: '{"code":252}' })).status).toBe(404);
      await expect(plain.inject({ code: 252 })).rejects.toThrow(/without faults/);
    } finally {
      await plain.stop();
    }
  });
});
