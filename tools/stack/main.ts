import { parseArgs } from 'node:util';
import { provision } from './provision';
import { startStack } from './stack';
import { messageOf, StackError } from './stack-error';
import type { StackPorts } from './ports';

const usage = `Runs Kafka, a schema registry and ClickHouse on this machine, without Docker.

  npx tsx tools/stack/main.ts up --data DIR [--fresh] [--ports usual|free|kafka=9092,registry=8081,clickhouse=8123]
  npx tsx tools/stack/main.ts fetch

up     starts the three, prints one JSON line with their addresses on standard output, and runs until SIGINT or SIGTERM
fetch  only downloads what \`up\` needs
`;

export interface UpArguments {
  readonly command: 'up';
  readonly dataDir: string;
  readonly fresh: boolean;
  readonly ports: 'free' | 'usual' | Partial<StackPorts>;
}

/** Reads the command line; throws a `StackError` with the fix for what cannot be understood. */
export function parseCommand(
  args: readonly string[],
): UpArguments | { readonly command: 'fetch' } | { readonly command: 'help' } {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        fresh: { type: 'boolean' },
        ports: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new StackError(messageOf(error).replace(/\.$/, ''), 'Run with --help to see what there is');
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { command: 'help' };
  if (positionals.length === 1 && positionals[0] === 'fetch') return { command: 'fetch' };
  if (positionals.length !== 1 || positionals[0] !== 'up') {
    throw new StackError(
      `There is no command "${positionals.join(' ')}"`,
      'Use `up --data DIR` or `fetch`; --help shows more',
    );
  }
  if (!values.data) throw new StackError('`up` was not told where to keep its data', 'Add --data DIR');
  return {
    command: 'up',
    dataDir: values.data,
    fresh: values.fresh ?? false,
    ports: parsePorts(values.ports ?? 'free'),
  };
}

const portNames = ['kafka', 'kafkaController', 'registry', 'clickhouse'] as const;

function parsePorts(text: string): 'free' | 'usual' | Partial<StackPorts> {
  if (text === 'free' || text === 'usual') return text;
  const entries = text.split(',').map((entry) => {
    const [name = '', value = ''] = entry.split('=');
    const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
    if (!portNames.some((known) => known === name) || port < 1 || port > 65_535) {
      throw new StackError(
        `--ports does not understand "${entry}"`,
        `Write free, usual, or name=port pairs of ${portNames.join(', ')}, separated by commas`,
      );
    }
    return [name, port] as const;
  });
  return Object.fromEntries(entries);
}

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2));
  const onProgress = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  if (command.command !== 'up') {
    if (command.command === 'fetch') await provision(onProgress);
    else process.stdout.write(usage);
    return;
  }
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  const stack = await startStack({ ...command, onProgress });
  const { kafka, registry, clickhouse } = stack;
  process.stdout.write(
    `${JSON.stringify({
      pid: process.pid,
      dataDir: stack.dataDir,
      kafka: { brokers: kafka.brokers, pid: kafka.pid, log: kafka.logFile },
      registry: { url: registry.url, pid: registry.pid, log: registry.logFile },
      clickhouse: { url: clickhouse.url, pid: clickhouse.pid, log: clickhouse.logFile },
    })}\n`,
  );
  const ended = Promise.race([
    asked,
    kafka.exited.then(() => 'Kafka'),
    registry.exited.then(() => 'the schema registry'),
    clickhouse.exited.then(() => 'ClickHouse'),
  ]);
  const why = await ended;
  const crashed = why !== 'SIGINT' && why !== 'SIGTERM';
  if (crashed) onProgress(`${why} ended by itself; stopping the rest. Its log is under ${stack.dataDir}`);
  await stack.stop();
  if (crashed) process.exitCode = 1;
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(
      `${error instanceof StackError ? error.message : ((error as Error).stack ?? String(error))}\n`,
    );
    process.exitCode = 1;
  });
}
