import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from './harness';

const ROOT = resolve(__dirname, '../..');
const STAGES = ['collector', 'enricher', 'validator', 'loader'] as const;

describe('npm start', () => {
  let folder: string;
  let start: Start | null = null;
  let before: Totals;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-e2e-start-'));
  });

  afterEach(async () => {
    await start?.interrupt();
    start = null;
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('brings all of it up, lets events flow, and stops without leaving anything', async () => {
    start = new Start(folder);
    await start.prints(/Everything is up after \d+ s\./);
    expect(start.output).not.toMatch(/\bNX\b|nx run/);
    const links = await start.links();

    // The program says how far it is, part by part.
    for (const part of [...STAGES, 'quality-monitor', 'Kafka', 'the schema registry', 'ClickHouse'])
      expect(start.output).toMatch(new RegExp(`^ {2}${part} is ready \\(`, 'm'));
    for (const job of ['topics', 'schemas', 'migrate']) expect(start.output).toContain(`job ${job} is done`);

    const page = await fetch(links.demoPage);
    expect(await page.text()).toContain('<script src="/page.js">');
    const script = await (await fetch(new URL('/page.js', links.demoPage))).text();
    expect(script).toContain(links.collector);
    expect(script).toContain('com.snowplowanalytics.snowplow');
    // Nothing that is asked of the page may end the program.
    expect((await fetch(`${links.demoPage}/`)).status).toBe(404);

    expect(await (await fetch(`${links.registry}/subjects`)).json()).toContain('collector-payloads-value');
    expect(await accepts(links.kafka)).toBe(true);
    expect(existsSync(join(links.logs, 'loader.log'))).toBe(true);

    // As the demo page would send it; the trackers' own tests have the browser.
    const sent = await fetch(
      `${links.collector}/i?e=pv&p=web&tv=js&aid=demo-page&url=http%3A%2F%2Fx.example%2F`,
    );
    expect(sent.status).toBe(200);

    const flowing = await start.totals(
      (now) => STAGES.every((stage) => now[stage] > 0) && now.failed > 0 && now.demoPage === 1,
    );
    before = await start.totals((now) => STAGES.every((stage) => now[stage] > flowing[stage]));
    expect(before.queryable).toBeGreaterThan(flowing.queryable);
    expect(start.output).toMatch(/enricher \d+ \([1-9]\d*\/s\)/);
    expect(start.output).toContain('last alert none');

    const command = /curl -s [^]*?FORMAT PrettyCompact"/.exec(start.output)?.[0] ?? '';
    expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' })).toMatch(/page_view +│ +\d+/);

    const children = descendantsOf(start.pid);
    expect(children.length).toBeGreaterThan(8);
    expect(await start.interrupt()).toBe(0);
    expect(start.output).toContain(`Stopped. The data is kept in ${folder}`);
    expect(start.output).toContain(`npm start -- --data ${folder} --fresh`);
    expect(children.filter(isAlive).map(argumentsOf)).toEqual([]);
    for (const link of [links.collector, links.demoPage, links.clickhouse, links.registry, links.kafka])
      expect(await accepts(link)).toBe(false);
  }, 90_000);

  it('keeps the data for the next start, shows the end of a service, and refuses a second on the folder', async () => {
    start = new Start(folder, ['--no-demo']);
    const again = await start.totals(() => true);
    expect(again.queryable).toBeGreaterThanOrEqual(before.queryable);
    expect(again.failed).toBeGreaterThanOrEqual(before.failed);
    for (const stage of STAGES) expect(again[stage]).toBeGreaterThanOrEqual(before[stage]);

    const second = new Start(folder, ['--no-demo', '--fresh']);
    expect(await second.ended).toBe(1);
    expect(second.output).toMatch(/is used by process \d+.*Stop it/);

    const loader = descendantsOf(start.pid).find((pid) =>
      argumentsOf(pid).endsWith('dist/services/loader/main.js'),
    );
    process.kill(Number(loader), 'SIGKILL');
    await start.prints(/^! loader has ended; its log is .*loader\.log$/m);
    expect(await start.interrupt()).toBe(0);
  }, 60_000);

  it('drops the data with --fresh', async () => {
    start = new Start(folder, ['--no-demo', '--fresh']);
    const empty = await start.totals(() => true);
    expect(empty).toEqual({
      collector: 0,
      enricher: 0,
      validator: 0,
      loader: 0,
      queryable: 0,
      demoPage: 0,
      failed: 0,
    });
    expect(await start.interrupt()).toBe(0);
  }, 60_000);
});

it.each([
  [
    'Java is missing',
    { PATH: '/nowhere', JAVA_HOME: '' },
    '--ports=free',
    /^Java was not found.* Install a JDK/m,
  ],
  [
    'the data folder cannot be used',
    {},
    '--data=/dev/null/x',
    /^The data folder .* cannot be used.* Choose another/m,
  ],
])('says in one sentence that %s, before anything is started', async (_case, env, option, sentence) => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-e2e-start-'));
  const start = new Start(folder, [option], env);
  expect(await start.ended).toBe(1);
  rmSync(folder, { recursive: true, force: true });
  expect(start.output).toMatch(sentence);
  expect(start.output).not.toMatch(/Building|Starting|^ +at /m);
});

it('says in one sentence that a port is in use, before anything is started', async () => {
  const other = createServer().listen(8080, '127.0.0.1');
  // When somebody has the port already, the sentence is the same.
  await Promise.race([once(other, 'listening'), once(other, 'error')]).catch(() => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'headwater-e2e-start-'));
  const start = new Start(folder, ['--ports=usual']);
  expect(await start.ended).toBe(1);
  other.close();
  rmSync(folder, { recursive: true, force: true });
  expect(start.output).toMatch(/^Port 8080 for the collector .* is in use.*`npm start -- --ports free`\.$/m);
  expect(start.output).not.toMatch(/Building|Starting|^ +at /m);
});

interface Links {
  readonly collector: string;
  readonly demoPage: string;
  readonly clickhouse: string;
  readonly registry: string;
  readonly kafka: string;
  readonly logs: string;
}

interface Totals extends Record<(typeof STAGES)[number], number> {
  readonly queryable: number;
  readonly demoPage: number;
  readonly failed: number;
}

/** One run of the program, as a person has it who pipes its output into a file. */
class Start {
  output = '';
  readonly ended: Promise<number>;
  private readonly child: ChildProcess;

  constructor(folder: string, options: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(
      join(ROOT, 'node_modules/node/bin/node'),
      ['tools/start.mjs', '--ports', 'free', '--data', folder, ...options],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
    );
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    this.ended = new Promise((done) => {
      this.child.once('close', (code) => {
        done(code ?? -1);
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Ctrl-C; answers the exit code. */
  interrupt(): Promise<number> {
    this.child.kill('SIGINT');
    return this.ended;
  }

  async prints(pattern: RegExp): Promise<void> {
    await eventually(
      () => Promise.resolve(this.output),
      (output) => {
        if (this.child.exitCode !== null) throw new Error(`It ended:\n${output}`);
        return pattern.test(output);
      },
      60_000,
    );
  }

  async links(): Promise<Links> {
    await this.prints(/PrettyCompact"/);
    const link = (name: string): string =>
      new RegExp(`^  ${name} +((?:http|127|/)\\S+)`, 'm').exec(this.output)?.[1] ?? `no ${name}`;
    return {
      collector: link('collector'),
      demoPage: link('demo page'),
      clickhouse: link('ClickHouse'),
      registry: link('registry'),
      kafka: `http://${link('Kafka')}`,
      logs: link('logs'),
    };
  }

  /** The figures of the newest line, once they are as wanted. */
  async totals(areWanted: (totals: Totals) => boolean): Promise<Totals> {
    await this.prints(/^collector \d+ .*last alert/m);
    return eventually(() => Promise.resolve(this.newest()), areWanted, 40_000);
  }

  private newest(): Totals {
    const line = this.output.match(/^collector \d+ .*last alert/gm)?.at(-1) ?? '';
    const figure = (name: string): number => Number(new RegExp(`${name} (\\d+)`).exec(line)?.[1]);
    return {
      collector: figure('collector'),
      enricher: figure('enricher'),
      validator: figure('validator'),
      loader: figure('loader'),
      queryable: figure('queryable'),
      demoPage: figure('from the demo page'),
      failed: figure('failed'),
    };
  }
}

/** Whether somebody listens at the address. */
function accepts(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((done) => {
    const socket = createConnection(Number(port), hostname);
    const end = (answer: boolean) => () => {
      socket.destroy();
      done(answer);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
}

function descendantsOf(pid: number): readonly number[] {
  const processes = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    processes.flatMap(([child = 0, of]) => (of === parent ? [child, ...below(child)] : []));
  return below(pid);
}

const argumentsOf = (pid: number): string =>
  execFileSync('sh', ['-c', `ps -o args= -p ${String(pid)} || true`], { encoding: 'utf8' }).trim();

/** Whether it still runs: one that only waits for its new parent to take note of its end does not. */
const isAlive = (pid: number): boolean => !/^$|<defunct>$/.test(argumentsOf(pid));
