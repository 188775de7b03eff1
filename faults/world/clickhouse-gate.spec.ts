import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClickHouseGate } from './clickhouse-gate';

const INSERT = '/?query=INSERT+INTO+%60headwater%60.%60events_stored%60+FORMAT+Native';
const OTHER = '/?query=INSERT+INTO+%60headwater%60.%60stage_counts_stored%60+FORMAT+Native';

describe('the gate before ClickHouse', () => {
  let server: Server;
  let gate: ClickHouseGate;
  let stored: string[] = [];
  let begun = 0;

  beforeEach(async () => {
    stored = [];
    begun = 0;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      begun += 1;
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => undefined);
      request.on('end', () => {
        stored.push(Buffer.concat(chunks).toString());
        response.end('done');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    gate = await ClickHouseGate.start(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  });

  afterEach(async () => {
    await gate.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const post = (path: string, signal?: AbortSignal): Promise<string> =>
    fetch(`${gate.url}${path}`, {
      method: 'POST',
      body: 'x'.repeat(1_000),
      ...(signal ? { signal } : {}),
    }).then(
      (answer) => answer.text(),
      () => 'gone',
    );

  it('passes on what it is not told to hold', async () => {
    expect(await post(INSERT)).toBe('done');
    expect(stored).toEqual(['x'.repeat(1_000)]);
  });

  it.each([
    ['before', 0, 0],
    ['midway', 1, 0],
    ['after', 1, 1],
  ] as const)('holds the next insert of events %s', async (window, wasBegun, wasStored) => {
    const sender = new AbortController();
    const held = gate.holdNext(window, 5_000);
    const answer = post(INSERT, sender.signal);
    expect(await held).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([begun, stored.length]).toEqual([wasBegun, wasStored]);
    sender.abort();
    expect(await answer).toBe('gone');
    expect(await post(INSERT)).toBe('done');
  });

  it('holds no other insert, and says when none of events came', async () => {
    const held = gate.holdNext('before', 200);
    expect(await post(OTHER)).toBe('done');
    expect(await held).toBe(false);
    expect(await post(INSERT)).toBe('done');
  });
});
