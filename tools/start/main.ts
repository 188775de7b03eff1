import { rmSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { execute } from '../verify/command';
import { prepare, startPipeline, type Pipeline } from '../pipeline/pipeline';
import {
  assertPortFree,
  messageOf,
  stackFolders,
  StackError,
  startStack,
  usualPorts,
  type Stack,
} from '@headwater/stack';
import { serveDemoPage, type DemoPage } from './demo-page/server';
import { startDemoTraffic, type DemoTraffic } from './demo-traffic';
import { FigureReader } from './figures';
import { renderLine, renderScreen, type Links } from './screen';

const root = resolve(__dirname, '../..');
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
  const asked = new Promise<'asked'>((resolveAsked) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        resolveAsked('asked');
      });
  });
  const running = new Running();
  try {
    const up = bringUp(options, running);
    const first = await Promise.race([up, asked]);
    if (first !== 'asked') await Promise.race([show(first), asked]);
    // A start that was interrupted is let finish its step, so that all it started is known and stopped.
    else await up.catch(() => undefined);
    process.stdout.write('\nStopping: each service finishes what it accepted …\n');
  } finally {
    await running.stop();
  }
  console.log(`Stopped. The data is kept in ${options.dataDir}; \`npm start -- --fresh\` begins anew.`);
}

interface Up {
  readonly stack: Stack;
  readonly pipeline: Pipeline;
  readonly demoPage: DemoPage;
  readonly dataDir: string;
}

async function bringUp(options: Options, running: Running): Promise<Up> {
  const started = performance.now();
  const progress = (line: string): void => {
    console.log(`  ${line}`);
  };
  await refuseWithoutRoom(options.dataDir);
  if (!options.freePorts) {
    await assertPortFree('the collector', COLLECTOR_PORT);
    await assertPortFree('the demo page', DEMO_PAGE_PORT);
  }
  if (options.fresh)
    for (const folder of [...stackFolders, 'logs'])
      rmSync(join(options.dataDir, folder), { recursive: true, force: true });

  console.log('Building the services');
  if (
    (await execute('nx', ['run-many', '-t', 'build', '--output-style', 'static'], root, {
      NX_TUI: 'false',
    })) !== 0
  )
    throw new StackError('The services could not be built', 'The messages of the build are above');

  console.log('Starting Kafka, the schema registry and ClickHouse');
  const stack = running.add(
    'the stack',
    await startStack({
      dataDir: options.dataDir,
      ports: options.freePorts ? 'free' : 'usual',
      onProgress: progress,
    }),
  );
  const endpoints = {
    brokers: stack.kafka.brokers.join(', '),
    registryUrl: stack.registry.url,
    clickhouseUrl: stack.clickhouse.url,
  };

  console.log('Creating topics, schemas and tables');
  await prepare(endpoints, options.dataDir, progress);

  console.log('Starting the services');
  const pipeline = running.add(
    'the pipeline',
    await startPipeline({
      endpoints,
      dataDir: options.dataDir,
      onProgress: progress,
      ...(options.freePorts ? {} : { collectorPort: COLLECTOR_PORT }),
    }),
  );
  const demoPage = running.add(
    'the demo page',
    await serveDemoPage(pipeline.collectorUrl, options.freePorts ? 0 : DEMO_PAGE_PORT),
  );
  if (options.demo) running.add<DemoTraffic>('the demo traffic', startDemoTraffic(pipeline.collectorUrl));
  console.log(`Everything is up after ${((performance.now() - started) / 1000).toFixed(0)} s.\n`);
  return { stack, pipeline, demoPage, dataDir: options.dataDir };
}

/** Redraws the screen for ever; where there is no terminal, prints a line now and then. */
async function show({ stack, pipeline, demoPage, dataDir }: Up): Promise<never> {
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
  const terminal = process.stdout.isTTY;
  if (!terminal)
    console.log(
      renderScreen(await reader.read(), links, 0)
        .slice(2)
        .join('\n'),
    );
  for (;;) {
    await sleep(terminal ? 1000 : 5000);
    const lines = await describe(reader, links, (performance.now() - started) / 1000, terminal);
    const ended = [...pipeline.services.values()].filter((service) => !service.running());
    const warnings = ended.map(({ name, logFile }) => `  ${name} has ended; its log is ${logFile}`);
    process.stdout.write(
      terminal
        ? `\u001b[H\u001b[2J${[...lines, ...warnings].join('\n')}\n`
        : `${[...lines, ...warnings].join('\n')}\n`,
    );
  }
}

async function describe(
  reader: FigureReader,
  links: Links,
  seconds: number,
  terminal: boolean,
): Promise<readonly string[]> {
  try {
    const figures = await reader.read();
    return terminal ? renderScreen(figures, links, seconds) : [renderLine(figures)];
  } catch (error) {
    return [`The figures cannot be read right now: ${messageOf(error)}. Trying again.`];
  }
}

async function refuseWithoutRoom(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const { bavail, bsize } = await statfs(dataDir);
  if (bavail * bsize < LOW_SPACE_BYTES)
    throw new StackError(
      `Only ${String(Math.round((bavail * bsize) / 1024 ** 2))} MiB are free on the disk of ${dataDir}`,
      'Free 2 GiB, or choose another disk with --data DIR',
    );
}

function readOptions(args: readonly string[]): Options | null {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        fresh: { type: 'boolean', default: false },
        data: { type: 'string', default: join(root, '.headwater/data') },
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
