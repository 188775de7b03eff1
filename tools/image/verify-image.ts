import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@headwater/contracts';
import { parse } from 'yaml';
import { chartKeys, serviceNames, type Setting } from '../generate/service-config';
import { nodeOptions } from '../pipeline/services';
import { freePorts } from '@headwater/stack';
import { tallyOf, type Case, type SuiteContext, type Tally } from '../verify/suite';

const root = resolve(__dirname, '../..');
const node = join(root, 'node_modules/node/bin/node');
/** Nobody's ids: the image runs as a user that owns nothing. */
const NOBODY = 65534;

interface ComposeService {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

/**
 * Runs the steps of the Dockerfile outside a container and starts every program of the image as a user that may write nothing;
 * then holds docker-compose.yml against what the programs say of themselves. What needs a Docker engine is not checked: that
 * the base image exists, and that the images of others behave as their documentation says.
 */
export async function verifyImage({ scratch }: SuiteContext): Promise<Tally> {
  const image = join(scratch, 'image');
  const assembled = spawnSync(join(root, 'deploy/image/assemble.sh'), [image], {
    cwd: root,
    encoding: 'utf8',
  });
  if (assembled.status !== 0) {
    const said = `${assembled.stdout}${assembled.stderr}`;
    return tallyOf([{ name: 'the image is laid out', run: () => said }]);
  }
  spawnSync('chmod', ['a+rx', scratch]);
  const settings = new Map(serviceNames.map((service) => [service as string, describe(image, service)]));
  const cases = [...programs(image), ...composeCases(settings)];
  const tally = await tallyOf(cases);
  spawnSync('chmod', ['-R', 'u+w', image]);
  return tally;
}

const asNobody = (
  image: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { readonly command: string; readonly args: readonly string[]; readonly options: object } => ({
  command: 'setpriv',
  args: [
    `--reuid=${String(NOBODY)}`,
    `--regid=${String(NOBODY)}`,
    '--clear-groups',
    '--no-new-privs',
    node,
    join(image, 'entrypoint.mjs'),
    ...args,
  ],
  options: { cwd: image, env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', ...env } },
});

function runAsNobody(
  image: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): { readonly status: number | null; readonly output: string; readonly stdout: string } {
  const { command, args: all, options } = asNobody(image, args, env);
  const { status, stdout, stderr } = spawnSync(command, all, { ...options, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}`, stdout };
}

function describe(image: string, service: string): readonly Setting[] {
  const { stdout, output } = runAsNobody(image, [service, '--describe-config']);
  try {
    return JSON.parse(stdout) as readonly Setting[];
  } catch {
    throw new Error(`${service} of the image did not describe its settings. It said: ${output}`);
  }
}

function programs(image: string): readonly Case[] {
  return [
    {
      name: 'Node is told the same in the image as in the pipeline that the tests run',
      run: () => {
        const said = /^ENV NODE_OPTIONS="(.*)"$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))?.[1];
        return said === nodeOptions()
          ? null
          : `The Dockerfile says ${said ?? 'nothing'}, not ${nodeOptions()}`;
      },
    },
    {
      name: 'nobody may write into the image',
      run: () => {
        const { status } = spawnSync('setpriv', [
          `--reuid=${String(NOBODY)}`,
          `--regid=${String(NOBODY)}`,
          '--clear-groups',
          'touch',
          join(image, 'dist/x'),
        ]);
        return status === 0 ? 'A file could be made in it.' : null;
      },
    },
    {
      name: 'an unknown program is refused with a sentence',
      run: () => {
        const { status, output } = runAsNobody(image, ['colector']);
        return status === 2 && output.includes('Name one of: collector') ? null : output;
      },
    },
    ...serviceNames.map((service) => ({
      name: `${service} refuses to start without its settings, and names them`,
      run: () => {
        const { status, output } = runAsNobody(image, [service, '--check-config']);
        return status === 2 && output.includes('KAFKA__BROKERS is not set')
          ? null
          : `exit code ${String(status)}: ${output}`;
      },
    })),
    { name: 'the collector answers its probes as nobody', run: () => probes(image) },
    {
      name: 'headwater tells its commands, and says what to do where it reaches no table',
      run: () => {
        const help = runAsNobody(image, ['headwater', 'failed', '--help']);
        const list = runAsNobody(image, ['headwater', 'failed', 'list'], {
          CLICKHOUSE__URL: 'http://127.0.0.1:9',
        });
        return help.status === 0 &&
          help.stdout.includes('replay') &&
          list.status === 1 &&
          list.output.includes('http://127.0.0.1:9')
          ? null
          : `${help.output}\n${list.output}`;
      },
    },
    { name: 'the sandbox needs no setting, and judges an event as nobody', run: () => judges(image) },
    {
      name: 'the image target sandbox starts the sandbox on the port that it exposes',
      run: () => {
        const [, stage = ''] =
          /^FROM programs AS sandbox\n([\s\S]*?)^FROM /m.exec(
            readFileSync(join(root, 'Dockerfile'), 'utf8'),
          ) ?? [];
        return stage.includes('EXPOSE 9090') && stage.includes('CMD ["sandbox"]')
          ? null
          : `The stage is:\n${stage}`;
      },
    },
  ];
}

/** Without a broker it must live, and not be ready. */
async function probes(image: string): Promise<string | null> {
  const [nowhere = 0] = await freePorts(1);
  const env = {
    KAFKA__BROKERS: `127.0.0.1:${String(nowhere)}`,
    REGISTRY__URL: `http://127.0.0.1:${String(nowhere)}`,
  };
  return await whileLiving(image, 'collector', env, async (url) =>
    (await fetch(`${url}/health/ready`)).status === 503
      ? null
      : 'It says that it is ready, without a broker.',
  );
}

/** A good event and a bad one, told apart. */
async function judges(image: string): Promise<string | null> {
  return await whileLiving(image, 'sandbox', {}, async (url) => {
    await fetch(`${url}/i?e=pv&p=web&tv=test`);
    await fetch(`${url}/i?e=pv&p=toaster&tv=test`);
    const counts = await (await fetch(`${url}/micro/all`)).text();
    return counts === '{"total":2,"good":1,"bad":1}' ? null : `It counts ${counts}.`;
  });
}

/** Starts a program as nobody, asks it something once it lives, and ends it. */
async function whileLiving(
  image: string,
  program: string,
  env: Readonly<Record<string, string>>,
  ask: (url: string) => Promise<string | null>,
): Promise<string | null> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${String(port)}`;
  const { command, args, options } = asNobody(image, [program], {
    HTTP__HOST: '127.0.0.1',
    HTTP__PORT: String(port),
    ...env,
  });
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  try {
    for (let attempt = 0; attempt < 60; attempt += 1) {
      const { status } = await fetch(`${url}/health/live`).catch(() => ({ status: 0 }));
      if (status === 200) return await ask(url);
      if (child.exitCode !== null) return `It ended with exit code ${String(child.exitCode)}: ${output}`;
      await sleep(250);
    }
    return `It did not answer within 15 s: ${output}`;
  } finally {
    child.kill('SIGKILL');
  }
}

function composeCases(settings: ReadonlyMap<string, readonly Setting[]>): readonly Case[] {
  const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
    services: Readonly<Record<string, ComposeService>>;
  };
  return Object.keys(chartKeys).flatMap((name): readonly Case[] => {
    const service = services[name];
    const known = settings.get(name) ?? [];
    const { NODE_OPTIONS: toldNode = nodeOptions(), ...env } = service?.environment ?? {};
    const has = (variable: string): boolean => variable in env || `${variable}_FILE` in env;
    return [
      {
        name: `compose runs ${name} by its own name`,
        run: () =>
          service?.command?.[0] === name ? null : `Its command is ${JSON.stringify(service?.command)}.`,
      },
      {
        name: `compose tells Node the same about ${name} as the pipeline that the tests run`,
        run: () => (toldNode === nodeOptions(name as ServiceName) ? null : `It says ${toldNode}.`),
      },
      {
        name: `compose gives ${name} only settings that it has`,
        run: () => {
          const unknown = Object.keys(env).filter(
            (variable) =>
              !known.some((setting) => [setting.variable, `${setting.variable}_FILE`].includes(variable)),
          );
          return unknown.length === 0 ? null : `It does not know ${unknown.join(', ')}.`;
        },
      },
      {
        name: `compose gives ${name} all settings that it needs`,
        run: () => {
          const missing = known.filter(({ variable, required }) => required && !has(variable));
          return missing.length === 0
            ? null
            : `It lacks ${missing.map(({ variable }) => variable).join(', ')}.`;
        },
      },
      {
        name: `compose asks ${name} for its health on its own port`,
        run: () =>
          service?.healthcheck?.test
            .join(' ')
            .includes(`127.0.0.1:${env['HTTP__PORT'] ?? ''}/health/ready`) === true
            ? null
            : 'The health check asks elsewhere.',
      },
      {
        name: `compose publishes no port of ${name} that it does not listen on`,
        run: () => {
          const wrong = (service?.ports ?? []).filter(
            (port) => !port.endsWith(`:${env['HTTP__PORT'] ?? ''}`),
          );
          return wrong.length === 0 ? null : `It publishes ${wrong.join(', ')}.`;
        },
      },
    ];
  });
}
