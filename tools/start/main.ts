import { rmSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepare, startPipeline, type Pipeline } from '../pipeline/pipeline';
import { buildServices } from '../pipeline/build';
import {
  assertPortFree,
  messageOf,
  provision,
  StackError,
  startStack,
  usualPorts,
  type Stack,
} from '@headwater/stack';
import { serveDemoPage, type DemoPage } from './demo-page/server';
import { startDemoTraffic, type DemoTraffic } from './demo-traffic';
import { FigureReader } from './figures';
import { redraw, renderLine, renderScreen, renderTitle, type Links } from './screen';

const root = resolve(__dirname, '../..');
const USUAL_DATA = join(root, '.headwater/data');
const COLLECTOR_PORT = 8080;
const DEMO_PAGE_PORT = 8088;
const LOW_SPACE_BYTES = 2 * 1024 ** 3;

const HELP = `Brings the whole pipeline up on this machine and shows events flowing.

  npm start -- [options]

  --fresh        drop the data of earlier starts
  --data DIR     keep the data there (default .headwater/data in the checkout)
  --ports free   take free ports instead of the usual ones (collector ${String(COLLECTOR_PORT)}, demo page ${String(DEMO_PAGE_PORT)}, Kafka ${String(usualPorts.kafka)}, registry ${String(usualPorts.registry)}, ClickHouse ${String(usualPorts.clickhouse)})
  --no-demo      send no demo traffic
`;

interface Options {
  readonly dataDir: string;
  readonly fresh: boolean;
  readonly freePorts: boolean;
  readonly demo: boolean;
}

/** Everything that was started, in order; it is stopped in the opposite one. */
class Running {
  private readonly parts: { readonly name: string; readonly stop: () => Promise<void> }[] = [];

  add<T extends { stop(): Promise<void> }>(name: string, part: T): T {
    this.parts.unshift({ name, stop: () => part.stop() });
    return part;
  }

  async stop(): Promise<void> {
    for (const { name, stop } of this.parts.splice(0))
      await stop().catch((error: unknown) => {
        console.error(`${name} did not stop in order: ${messageOf(error)}`);
      });
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(HELP);
    return;
  }
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (asked.signal.aborted) return;
      process.stdout.write('\nStopping: each service finishes what it accepted …\n');
      asked.abort();
    });
  const running = new Running();
  try {
    const up = await bringUp(options, running, asked.signal);
    await show(up, asked.signal);
  } catch (error) {
    // What an interrupted start throws says nothing more; else it is a reason not to go on.
    if (!asked.signal.aborted) throw error;
  } finally {
    await running.stop();
  }
  console.log(
    `Stopped. The data is kept in ${options.dataDir}; \`${commandFor(options)} --fresh\` drops it.`,
  );
}

interface Up {
  readonly stack: Stack;
  readonly pipeline: Pipeline;
  readonly demoPage: DemoPage;
  readonly dataDir: string;
}

/** Starts everything. When it is asked to stop, it finishes its step first, so that all it started is known and stopped. */
async function bringUp(options: Options, running: Running, asked: AbortSignal): Promise<Up> {
  const started = performance.now();
  const step = (title: string): void => {
    asked.throwIfAborted();
    console.log(title);
  };
  const progress = (line: string): void => {
    console.log(`  ${line}`);
  };
  // What would stop the start later is looked at before anything takes time.
  await refuseWithoutRoom(options.dataDir);
  if (!options.freePorts) await refuseTakenPorts();
  step('Looking for Java, Kafka and the schema registry');
  await provision(progress);

  step('Building the services (half a minute the first time)');
  await buildServices(root);

  step('Starting Kafka, the schema registry and ClickHouse');
  const stack = running.add(
    'the stack',
    await startStack({
      dataDir: options.dataDir,
      ports: options.freePorts ? 'free' : 'usual',
      fresh: options.fresh,
      onProgress: progress,
    }),
  );
  if (options.fresh) rmSync(join(options.dataDir, 'logs'), { recursive: true, force: true });
  const endpoints = {
    brokers: stack.kafka.brokers.join(', '),
    registryUrl: stack.registry.url,
    clickhouseUrl: stack.clickhouse.url,
  };

  step('Creating topics, schemas and tables');
  await prepare(endpoints, options.dataDir, { onProgress: progress });

  step('Starting the services');
  const pipeline = running.add(
    'the pipeline',
    await startPipeline({
      endpoints,
      dataDir: options.dataDir,
      onProgress: progress,
      // The screen is live: its figures must not wait for their usual intervals.
      env: { collector: { COUNTS__INTERVAL_MS: '1000' }, loader: { BATCH__COUNTS_REST_MS: '1000' } },
      ...(options.freePorts ? {} : { collectorPort: COLLECTOR_PORT }),
    }),
  );
  const demoPage = running.add(
    'the demo page',
    await serveDemoPage(pipeline.collectorUrl, options.freePorts ? 0 : DEMO_PAGE_PORT),
  );
  asked.throwIfAborted();
  if (options.demo) running.add<DemoTraffic>('the demo traffic', startDemoTraffic(pipeline.collectorUrl));
  console.log(`Everything is up after ${((performance.now() - started) / 1000).toFixed(0)} s.\n`);
  return { stack, pipeline, demoPage, dataDir: options.dataDir };
}

/** Redraws the screen until it is asked to stop; where there is no terminal, prints a line now and then. */
async function show({ stack, pipeline, demoPage, dataDir }: Up, asked: AbortSignal): Promise<void> {
  const links: Links = {
    collector: pipeline.collectorUrl,
    demoPage: demoPage.url,
    clickhouse: stack.clickhouse.url,
    registry: stack.registry.url,
    brokers: stack.kafka.brokers.join(', '),
    logs: join(dataDir, 'logs'),
  };
  const started = performance.now();
  const reader = new FigureReader(pipeline, stack.clickhouse.url);
  const ended = watchStack(stack);
  const terminal = process.stdout.isTTY;
  let figures = await reader.read();
  if (terminal) process.stdout.write('\u001b[2J');
  else console.log(renderScreen(figures, links).join('\n'));
  while (!asked.aborted) {
    const asking = performance.now();
    const problem = await reader.read().then(
      (read) => {
        figures = read;
        return null;
      },
      (error: unknown) => `The figures stand still: ClickHouse cannot be asked (${messageOf(error)}).`,
    );
    const warnings = [
      ...ended(),
      ...[...pipeline.services.values()]
        .filter((service) => !service.running())
        .map(({ name, logFile }) => `${name} has ended; its log is ${logFile}`),
      ...(problem === null ? [] : [problem]),
    ];
    asked.throwIfAborted();
    process.stdout.write(
      terminal
        ? redraw(
            [
              renderTitle((performance.now() - started) / 1000),
              ...(warnings.length === 0 ? [''] : warnings.map((warning) => `! ${warning}`)),
              ...renderScreen(figures, links),
            ],
            process.stdout.rows,
          )
        : `${[renderLine(figures), ...warnings.map((warning) => `! ${warning}`)].join('\n')}\n`,
    );
    // Queries over much data take long: they get a fifth of the time at most.
    const pause = Math.max(terminal ? 1000 : 5000, 4 * (performance.now() - asking));
    await sleep(pause, undefined, { signal: asked });
  }
}

/** Answers a function that tells which parts of the stack have ended by themselves. */
function watchStack({ kafka, registry, clickhouse }: Stack): () => readonly string[] {
  const ended: string[] = [];
  const watch = (name: string, part: { readonly exited: Promise<number>; readonly logFile: string }): void =>
    void part.exited.then(() => ended.push(`${name} has ended; its log is ${part.logFile}`));
  watch('Kafka', kafka);
  watch('The schema registry', registry);
  watch('ClickHouse', clickhouse);
  return () => ended;
}

async function refuseTakenPorts(): Promise<void> {
  const ports: readonly (readonly [string, number])[] = [
    ['the collector', COLLECTOR_PORT],
    ['the demo page', DEMO_PAGE_PORT],
    ['Kafka', usualPorts.kafka],
    ["Kafka's controller", usualPorts.kafkaController],
    ['the schema registry', usualPorts.registry],
    ['ClickHouse', usualPorts.clickhouse],
  ];
  for (const [part, port] of ports)
    await assertPortFree(part, port).catch((error: unknown) => {
      throw error instanceof StackError
        ? new StackError(
            error.problem,
            `Stop that process (\`lsof -i :${String(port)}\` shows it), or take other ports with \`npm start -- --ports free\``,
          )
        : error;
    });
}

async function refuseWithoutRoom(dataDir: string): Promise<void> {
  const { bavail, bsize } = await mkdir(dataDir, { recursive: true })
    .then(() => statfs(dataDir))
    .catch((error: unknown) => {
      throw new StackError(
        `The data folder ${dataDir} cannot be used (${messageOf(error)})`,
        'Choose another one with --data DIR',
      );
    });
  if (bavail * bsize < LOW_SPACE_BYTES)
    throw new StackError(
      `Only ${String(Math.round((bavail * bsize) / 1024 ** 2))} MiB are free on the disk of ${dataDir}`,
      'Free 2 GiB, or choose another disk with --data DIR',
    );
}

/** The command that starts on the same data. */
const commandFor = ({ dataDir }: Options): string =>
  dataDir === USUAL_DATA ? 'npm start --' : `npm start -- --data ${dataDir}`;

function readOptions(args: readonly string[]): Options | null {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        fresh: { type: 'boolean', default: false },
        data: { type: 'string', default: USUAL_DATA },
        ports: { type: 'string', default: 'usual' },
        'no-demo': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    throw new StackError(
      messageOf(error).replace(/\.$/, ''),
      'Run `npm start -- --help` to see what there is',
    );
  }
  if (values.help) return null;
  if (values.ports !== 'usual' && values.ports !== 'free')
    throw new StackError(`--ports does not understand "${values.ports}"`, 'Write usual or free');
  return {
    dataDir: resolve(values.data),
    fresh: values.fresh,
    freePorts: values.ports === 'free',
    demo: !values['no-demo'],
  };
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof StackError ? error.message : error);
    process.exit(1);
  },
);
