import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createEnricher, createPseudonyms, type EnricherOptions } from '@headwater/enrichment';
import { ConfigError } from '@headwater/service-kit';
import { maskAddresses } from '@headwater/stage';
import { aCollectorPayload, aTrackerEvent, tp2Body } from '@headwater/testing';
import {
  failureOf,
  openCustomEnrichments,
  type CustomEnrichmentsOptions,
  type OpenCustomEnrichments,
} from './custom-enrichments';

const root = mkdtempSync(join(tmpdir(), 'headwater-custom-'));
const opened: OpenCustomEnrichments[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ close }) => close()));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

let folders = 0;
function folderWith(files: Readonly<Record<string, string>>): string {
  folders += 1;
  const folder = join(root, String(folders));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const open = (
  files: Readonly<Record<string, string>>,
  options: Partial<CustomEnrichmentsOptions> = {},
): OpenCustomEnrichments => {
  const custom = openCustomEnrichments({
    folder: folderWith(files),
    settings: {},
    timeoutMs: 1_000,
    log: pino({ level: 'silent' }),
    ...options,
  });
  opened.push(custom);
  return custom;
};

const enrichment = (body: string, name = 'mine', more = ''): string =>
  `export default { name: '${name}', summary: 'For a test.', ${more} enrich(event, { config }) { ${body} } };`;

const problemsOf = (
  files: Readonly<Record<string, string>>,
  options: Partial<CustomEnrichmentsOptions> = {},
): string => {
  try {
    open(files, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('\n');
    throw error;
  }
  return 'none';
};

describe('a folder', () => {
  it('is read in the order of its file names: TypeScript, ECMAScript and CommonJS', () => {
    const custom = open({
      'c.cjs': `module.exports = { name: 'third', summary: 'x', enrich: () => ({ drop: false }) };`,
      'a.ts': `
        import { half } from './_help.ts';
        interface Event { readonly se_value: number | null }
        const enrich = (event: Event): object => ({ set: { se_value: half(event.se_value ?? 0) } });
        export default { name: 'first', summary: 'x', enrich };`,
      'b.js': `export default { name: 'second', summary: 'x', enrich: () => undefined };`,
      '_help.ts': 'export const half = (n: number): number => n / 2;',
      'notes.md': 'not code',
      'a.spec.ts': 'not loaded',
      '.hidden.ts': 'not loaded',
    });
    expect(custom.names).toEqual(['first', 'second', 'third']);
    expect(custom.run('{"se_value": 3}')).toEqual([
      { name: 'first', result: { set: { se_value: 1.5 } } },
      { name: 'second', result: null },
      { name: 'third', result: { drop: false } },
    ]);
  });

  it('may be mounted from a ConfigMap, where files are links', () => {
    const target = folderWith({ 'mine.ts': enrichment('return { set: { is_bot: true } };') });
    const folder = folderWith({});
    symlinkSync(target, join(folder, '..data'));
    symlinkSync('..data/mine.ts', join(folder, 'mine.ts'));
    expect(open({}, { folder }).run('{}')).toEqual([{ name: 'mine', result: { set: { is_bot: true } } }]);
  });

  it('gives each enrichment its settings, defaults under what is set', () => {
    const custom = open(
      {
        'a.ts': enrichment(
          'return { set: { page_title: config.unit + config.digits } };',
          'mine',
          `config: { unit: 'K', digits: 1 },`,
        ),
      },
      { settings: { mine: { unit: 'C' } } },
    );
    expect(custom.run('{}')).toEqual([{ name: 'mine', result: { set: { page_title: 'C1' } } }]);
  });

  it.each<[string, Readonly<Record<string, string>>, Partial<CustomEnrichmentsOptions>, RegExp]>([
    [
      'is not there',
      {},
      { folder: join(root, 'none') },
      /ENRICHMENTS__FOLDER names .*none, which cannot be read/,
    ],
    ['is empty', {}, {}, /there is no \.ts or \.js file/],
    ['has a file that is no code', { 'a.ts': 'export default {' }, {}, /a\.ts: it cannot be loaded/],
    ['has a file that throws', { 'a.js': 'throw new Error("no database")' }, {}, /a\.js: .*\(no database\)/],
    [
      'has a file with an import that is not there',
      { 'a.ts': 'import x from "left-pad"; export default x;' },
      {},
      /left-pad/,
    ],
    ['has a file without an enrichment', { 'a.ts': 'export const x = 1;' }, {}, /no default export/],
    [
      'has an enrichment that lacks everything',
      { 'a.ts': `export default { name: 'Not good', config: 1 };` },
      {},
      /its "name" .*\n.*no "summary".*\n.*"enrich" is no function.*\n.*"config" is no object/,
    ],
    [
      'has two of one name',
      { 'a.ts': enrichment(''), 'b.ts': enrichment('') },
      {},
      /b\.ts: another file has the name mine/,
    ],
    [
      'has one named like a built-in',
      { 'a.ts': enrichment('', 'country') },
      {},
      /country is the name of a built-in/,
    ],
    [
      'gets settings for one that is not there',
      { 'a.ts': enrichment('') },
      { settings: { your: {} } },
      /settings for your .* There are: mine/,
    ],
    [
      'gets a setting that is not there',
      { 'a.ts': enrichment('') },
      { settings: { mine: { a: 1 } } },
      /no setting "a". There are: none/,
    ],
    [
      'gets a setting of another type',
      { 'a.ts': enrichment('', 'mine', 'config: { a: 1 },') },
      { settings: { mine: { a: 'x' } } },
      /setting "a" takes a number, not a string/,
    ],
  ])('is refused at start when it %s', (_case, files, options, message) => {
    expect(problemsOf(files, options)).toMatch(message);
  });
});

describe('an enrichment that misbehaves', () => {
  it.each([
    ['throws', 'throw new TypeError("no such thing")', 'no such thing'],
    ['throws what is no error', 'throw "a text"', 'a text'],
    [
      'returns a promise',
      'return Promise.resolve({})',
      'it returned a promise, but it has to answer at once',
    ],
    ['returns what is no JSON', 'return { set: { se_value: 1n } }', 'Do not know how to serialize a BigInt'],
    ['returns too much', 'return { fail: "x".repeat(300000) }', 'it returned more than 262144 characters'],
  ])('answers that it %s, and the next event is as good as ever', (_case, body, threw) => {
    const custom = open({ 'a.ts': enrichment(`if (event.bad) { ${body} } return { set: {} };`) });
    expect(custom.run('{"bad":true}')).toEqual([{ name: 'mine', threw }]);
    expect(custom.run('{}')).toEqual([{ name: 'mine', result: { set: {} } }]);
  });

  it.each([
    ['loops for ever', 'for (;;);'],
    ['ends its process', 'process.exit(0);'],
    ['fills the memory', 'const all = []; for (;;) all.push(new Array(1e6).fill(all));'],
    ['waits for ever', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);'],
  ])('stops, with its name, when it %s, and the next event is as good as ever', (_case, body) => {
    const custom = open(
      {
        'a.ts': enrichment('return { set: {} };', 'good'),
        'b.ts': enrichment(`if (event.bad) { ${body} } return { set: {} };`),
      },
      { timeoutMs: 150 },
    );
    expect(custom.run('{"bad":true}')).toEqual([
      { name: 'mine', stopped: expect.stringContaining('did not answer within 150 ms') as string },
    ]);
    expect(custom.run('{}')).toEqual([
      { name: 'good', result: { set: {} } },
      { name: 'mine', result: { set: {} } },
    ]);
  });

  it('rests after five time-outs in a row, and is tried again later', () => {
    let time = 0;
    const custom = open(
      { 'a.ts': enrichment('if (event.bad) for (;;); return {};') },
      { timeoutMs: 20, now: () => time },
    );
    const bad = (): string => custom.run('{"bad":true}')[0]?.stopped ?? '';
    const first = Array.from({ length: 5 }, bad);
    expect(first).toEqual(first.map(() => expect.stringContaining('within 20 ms') as string));
    expect(custom.run('{}')[0]?.stopped).toMatch(/rests for 30 s after 5 time-outs/);
    time = 30_001;
    expect(custom.run('{}')).toEqual([{ name: 'mine', result: {} }]);
  });

  it('does not see what another one does to the event, nor the environment of the service', () => {
    const custom = open({
      'a.ts': enrichment('event.page_title = "changed"; return {};', 'first'),
      'b.ts': enrichment(
        'return { set: { page_title: event.page_title + Object.keys(process.env).length } };',
        'second',
      ),
    });
    expect(custom.run('{"page_title":"as sent "}')).toEqual([
      { name: 'first', result: {} },
      { name: 'second', result: { set: { page_title: 'as sent 0' } } },
    ]);
  });
});

describe('a wake-up without a message', () => {
  const shared = `
    import { workerData } from 'node:worker_threads';
    const state = new Int32Array(workerData.state);
    const nothing = new Int32Array(new SharedArrayBuffer(4));`;

  it('does not end the wait of the service for the answer', () => {
    const wakeAndGoOn = 'while (Atomics.notify(state, 0) === 0); Atomics.wait(nothing, 0, 0, 50); return {};';
    const custom = open({ 'a.ts': shared + enrichment(wakeAndGoOn) });
    expect(custom.run('{}')).toEqual([{ name: 'mine', result: {} }]);
  });

  it('does not make it wait longer than it may', () => {
    const custom = open(
      { 'a.ts': shared + enrichment('for (;;) Atomics.notify(state, 0);') },
      { timeoutMs: 100 },
    );
    expect(custom.run('{}')[0]?.stopped).toMatch(/did not answer within 100 ms/);
  });

  it('does not end the thread, which waits for an event', () => {
    const custom = open({ 'a.ts': enrichment('return {};') });
    const notify = jest.spyOn(Atomics, 'notify');
    custom.run('{}');
    const state = notify.mock.calls[0]?.[0];
    notify.mockRestore();
    if (!(state instanceof Int32Array)) throw new Error('The thread was not notified.');
    const giveUpAt = performance.now() + 2_000;
    let woken = 0;
    while (woken === 0 && performance.now() < giveUpAt) woken = Atomics.notify(state, 0);
    expect(woken).toBe(1);
    // Time for a thread to fail; this one does not see it end meanwhile, and cannot start another.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    expect(custom.run('{}')).toEqual([{ name: 'mine', result: {} }]);
  });
});

describe('a thread that fails', () => {
  it.each([
    ['a.ts', 'at work in a.ts (TypeError)'],
    [undefined, 'while its files were loaded (TypeError)'],
  ])('is told by its place, and without the message of the error: %s', (file, place) => {
    const sentence = failureOf(new TypeError('of alice'), file);
    expect(sentence).toContain(`has failed ${place}, and is started again`);
    expect(sentence).toMatch(/Correct the file, restart the enricher, then replay\.$/);
    expect(sentence).not.toContain('alice');
  });

  it('says in the log whose memory was full, and what to do', async () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    const files = {
      'a.ts': enrichment('return {};', 'good'),
      'b.ts': enrichment('const all = []; for (;;) all.push(new Array(1e6).fill(all));'),
    };
    open(files, { log, timeoutMs: 4_000 }).run('{}');
    const giveUpAt = performance.now() + 10_000;
    const told = (): string => lines.find((line) => line.includes('has failed')) ?? '';
    while (told() === '' && performance.now() < giveUpAt)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(JSON.parse(told())).toMatchObject({
      file: 'b.ts',
      code: 'ERR_WORKER_OUT_OF_MEMORY',
      msg: expect.stringContaining('It has filled its 256 MiB: let the file keep less, restart') as string,
    });
  });
});

it('keeps so much of a message that no address is cut before it is masked', () => {
  const address = '2001:db8:1111:2222:3333:4444:5555:6666';
  const custom = open({ 'a.ts': enrichment(`throw new Error('${address} '.repeat(500));`) });
  const threw = custom.run('{}')[0]?.threw ?? '';
  // The enricher shows 200 characters at most.
  expect(maskAddresses(threw).slice(0, 200)).toBe('[address] '.repeat(20));
  expect(threw.length).toBeLessThan(5_000);
});

describe('in the enricher', () => {
  const options: EnricherOptions = {
    processor: 'headwater-enricher/0.1.0',
    lookUps: {
      countryOf: () => 'GB',
      pseudonyms: createPseudonyms([{ id: 'test-1', secret: 'a secret for tests, 32 characters and more' }]),
      markedPaths: () => [],
    },
  };
  const payload = aCollectorPayload({
    ip_address: '203.0.113.0',
    body: tp2Body(
      aTrackerEvent({ uid: 'alice', ip: '203.0.113.0', page: 'Cart' }),
      aTrackerEvent({ res: 'wide' }),
    ),
  });

  it('adds to the event, which it sees under pseudonyms and without an address', () => {
    const custom = open({
      'a.ts': enrichment(
        'return { contexts: [{ schema: "iglu:com.acme/seen/jsonschema/1-0-0", data: { seen: JSON.stringify(event) } }] };',
      ),
    });
    const [fate] = createEnricher({ ...options, custom }).payload(payload);
    const data = fate?.kind === 'ok' ? (fate.value.derived_contexts?.at(-1)?.data ?? '') : '';
    const { seen } = JSON.parse(data) as { seen: string };
    expect(JSON.parse(seen)).toMatchObject({
      page_title: 'Cart',
      geo_country: 'GB',
      pseudonym_key_id: 'test-1',
    });
    expect(seen).not.toMatch(/alice|203\.0\.113/);
  });

  it('fails the event, and no other, when it misbehaves; a replay can repair it', () => {
    const custom = open(
      { 'a.ts': enrichment('if (event.page_title) for (;;); return { set: { is_bot: true } };') },
      { timeoutMs: 100 },
    );
    const enrich = createEnricher({ ...options, custom });
    const body = tp2Body(aTrackerEvent(), aTrackerEvent({ page: 'Cart' }), aTrackerEvent());
    expect(enrich.payload(aCollectorPayload({ body }))).toMatchObject([
      { kind: 'ok', value: { is_bot: true } },
      {
        kind: 'failed',
        value: {
          failure_type: 'enrichment_failure',
          failures: [
            {
              source: 'custom:mine',
              message: expect.stringContaining('mine did not answer within 100 ms') as string,
            },
          ],
          replayable: true,
        },
      },
      { kind: 'ok', value: { is_bot: true } },
    ]);
  });

  it('can drop an event', () => {
    const custom = open({ 'a.js': enrichment('return { drop: event.page_title === "Cart" };') });
    const [fate] = createEnricher({ ...options, custom }).payload(payload);
    expect(fate).toMatchObject({ kind: 'dropped', reason: 'custom_enrichment' });
  });
});
