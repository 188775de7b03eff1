import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { RecipeError } from '@headwater/recovery';
import { ConfigError } from '@headwater/service-kit';
import { ServiceError } from '@headwater/stage';
import { commonOptions, helpOf, UsageError, type Command, type Surroundings } from './command';
import { failedCommands } from './commands';

const OK = 0;
const FAILURE = 1;
const USAGE = 2;

const overview = `headwater: the command line of a Headwater installation

  headwater failed COMMAND [options]

${failedCommands.map(({ name, takes, does }) => `  ${[name, ...takes].join(' ').padEnd(14)} ${does}`).join('\n')}

\`headwater failed COMMAND --help\` explains one. The addresses come from the variables of the services (CLICKHOUSE__URL,
KAFKA__BROKERS, REGISTRY__URL, IGLU__FOLDERS, …); without them those of \`npm start\` are taken.
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.
`;

/** Runs what the arguments say. @returns the exit code */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const [group, name, ...rest] = argv;
  const { out, err } = surroundings;
  if (group === undefined || group === '--help' || group === '-h' || group === 'help') {
    out(overview);
    return group === undefined ? USAGE : OK;
  }
  if (group === 'failed' && (name === undefined || name === '--help' || name === '-h')) {
    out(overview);
    return name === undefined ? USAGE : OK;
  }
  const command = group === 'failed' ? failedCommands.find((known) => known.name === name) : undefined;
  if (!command) {
    err(`There is no command "${argv.slice(0, 2).join(' ')}".\n\n${overview}`);
    return USAGE;
  }
  try {
    return await runCommand(command, rest, surroundings);
  } catch (error) {
    err(`headwater failed ${command.name}: ${sentenceOf(error)}\n`);
    return isOurUsers(error) ? USAGE : FAILURE;
  }
}

async function runCommand(
  command: Command,
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { values, positionals } = parsed(command, args);
  if (values['help'] === true) {
    surroundings.out(helpOf(command));
    return OK;
  }
  const { takes } = command;
  if (positionals.length !== takes.length)
    throw new UsageError(
      takes.length === 0
        ? `it takes no argument, and there is "${positionals.join(' ')}". Options begin with --; --help lists them.`
        : `it takes ${takes.join(' and ')}, and there ${positionals.length === 0 ? 'is none' : `is "${positionals.join(' ')}"`}. --help explains it.`,
    );
  return command.run(positionals, values, surroundings);
}

function parsed(
  { options }: Command,
  args: readonly string[],
): {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
} {
  const config: ParseArgsOptionsConfig = Object.fromEntries(
    Object.entries({ ...options, ...commonOptions }).map(([name, { type, short }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: config,
      allowPositionals: true,
      strict: true,
    });
    return { values: values as Readonly<Record<string, string | boolean | undefined>>, positionals };
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)}. --help lists the options.`,
    );
  }
}

const isOurUsers = (error: unknown): boolean =>
  error instanceof UsageError || error instanceof ConfigError || error instanceof RecipeError;

function sentenceOf(error: unknown): string {
  if (isOurUsers(error) || error instanceof ServiceError) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
