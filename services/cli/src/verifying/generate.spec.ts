import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultShares, type RunLine } from '@headwater/verification';
import { aPlan } from '../testing/a-run';
import { Load } from './generate';
import { LedgerWriter, readLedger } from './ledger-file';
import { Sender, statusOf } from './post';

const run: RunLine = {
  kind: 'run',
  ...aPlan({ seed: 3, shares: { ...defaultShares, oversize: 0 } }),
  collector: 'http://127.0.0.1/',
  rate: 5_000,
};

/** A collector that does to request number n what it is told, and notes what it took. */
class Collector {
  readonly requests: { readonly at: number; readonly body: string; readonly url: string }[] = [];
  private readonly server: Server;

  constructor(private readonly answerTo: (request: number) => number | 'cut' | 'silence') {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const answer = this.answerTo(this.requests.length);
        this.requests.push({
          at: Date.now(),
          body: Buffer.concat(chunks).toString(),
          url: request.url ?? '',
        });
        if (answer === 'cut') request.socket.destroy();
        else if (answer !== 'silence') response.writeHead(answer, { 'retry-after': '0' }).end('ok');
      });
    });
  }

  async listen(): Promise<URL> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return new URL(`http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describe('a load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-load-'));
  let runs = 0;
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const loaded = async (
    answerTo: (request: number) => number | 'cut' | 'silence',
    { events = 60, giveUpMs = 60_000, stop = new AbortController().signal } = {},
  ) => {
    const ledgerFolder = join(folder, String((runs += 1)));
    const collector = new Collector(answerTo);
    const sender = new Sender(await collector.listen(), 8, 300);
    const ledger = await LedgerWriter.create(ledgerFolder);
    await ledger.write(run);
    const load = new Load(
      run,
      { rate: run.rate, events, inFlight: 8, backlog: 1_000, giveUpMs },
      { record: (line) => ledger.write(line), send: (payload) => sender.send(payload), now: Date.now, stop },
    );
    await load.run();
    sender.close();
    collector.close();
    await ledger.close();
    const { facts } = await readLedger(ledgerFolder);
    return { collector, progress: load.progress, facts, ledgerFolder };
  };

  it('sends every event and writes down that it was accepted', async () => {
    const { progress, facts } = await loaded(() => 200);
    expect(progress).toMatchObject({ events: 60, accepted: 60, inFlight: 0, givenUp: 0 });
    expect(facts.sent).toMatchObject({ events: 60, accepted: 60, unknown: 0 });
    expect(facts.hasEnded).toBe(true);
  });

  it.each<[string, 503 | 429 | 500 | 'cut' | 'silence', 'refused' | 'unknown']>([
    ['503', 503, 'refused'],
    ['429', 429, 'refused'],
    ['500', 500, 'unknown'],
    ['a broken connection', 'cut', 'unknown'],
    ['no answer', 'silence', 'unknown'],
  ])('sends the same bytes again after %s', async (_case, answer, status) => {
    const { collector, progress, facts, ledgerFolder } = await loaded((request) =>
      request === 0 ? answer : 200,
    );
    const [first] = collector.requests;
    const same = collector.requests.filter(({ body, url }) => body === first?.body && url === first.url);
    expect(same).toHaveLength(2);
    expect(progress).toMatchObject({ accepted: 60, refused: 0, unknown: 0 });
    expect(facts.sent.attempts).toBe(facts.sent.payloads + 1);
    expect(readFileSync(join(ledgerFolder, 'ledger.ndjson'), 'utf8')).toContain(`"status":"${status}"`);
  });

  it('drops what is rejected, as trackers do', async () => {
    const { progress, facts } = await loaded((request) => (request === 0 ? 422 : 200));
    expect(progress.rejected).toBeGreaterThan(0);
    expect(facts.sent).toMatchObject({ rejected: progress.rejected, accepted: 60 - progress.rejected });
    expect(facts.sent.attempts).toBe(facts.sent.payloads);
  });

  it('gives up after the time for it, and says that it does not know', async () => {
    const { progress, facts } = await loaded((request) => (request < 2 ? 200 : 'cut'), { giveUpMs: 1 });
    expect(progress.givenUp).toBe(60 - progress.accepted);
    expect(facts.sent.unknown).toBe(progress.givenUp);
  });

  it('stops making events when it is told to, and settles those on their way', async () => {
    const stop = new AbortController();
    setTimeout(() => {
      stop.abort();
    }, 50);
    const { progress, facts } = await loaded(() => 200, { events: 1_000_000, stop: stop.signal });
    expect(progress.events).toBeLessThan(100_000);
    expect(progress.accepted).toBe(progress.events);
    expect(facts.hasEnded).toBe(true);
  });

  it('leaves a ledger that can be read when it dies within a line', async () => {
    const { ledgerFolder } = await loaded(() => 200);
    appendFileSync(join(ledgerFolder, 'ledger.ndjson'), '{"kind":"intent","payload":900,"att');
    const { facts } = await readLedger(ledgerFolder);
    expect([facts.tornLines, facts.sent.accepted]).toEqual([1, 60]);
  });

  it('does not write into a ledger that is there', async () => {
    const { ledgerFolder } = await loaded(() => 200);
    await expect(LedgerWriter.create(ledgerFolder)).rejects.toThrow('there is a ledger in it already');
  });

  it('says that nobody listens', async () => {
    const sender = new Sender(new URL('http://127.0.0.1:9'), 1, 1_000);
    await expect(
      sender.send({ first: 0, count: 1, method: 'GET', target: '/i?e=pv', headers: {}, body: null }),
    ).resolves.toEqual({ status: 'refused', code: 'ECONNREFUSED', retryAfterMs: null });
  });
});

it.each([
  [200, 'ok'],
  [204, 'rejected'],
  [302, 'rejected'],
  [404, 'rejected'],
  [408, 'unknown'],
  [413, 'rejected'],
  [429, 'refused'],
  [500, 'unknown'],
  [502, 'unknown'],
  [503, 'refused'],
])('%i is %s', (code, status) => {
  expect(statusOf(code)).toBe(status);
});
