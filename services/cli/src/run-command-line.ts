import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { RecipeError } from '@headwater/recovery';
import { ConfigError } from '@headwater/service-kit';
import { ServiceError } from '@headwater/stage';
import { commonOptions, helpOf, UsageError, type Command, type Surroundings, type Values } from './command';
import { commands } from './commands';

const OK = 0;
const FAILURE = 1;
const USAGE = 2;

/** A command with what is typed before its arguments. */
interface Named {
  readonly path: string;
  readonly command: Command;
}

const known: readonly Named[] = commands.flatMap((entry) =>
  'commands' in entry
    ? entry.commands.map((command) => ({ path: `${entry.name} ${command.name}`, command }))
    : [{ path: entry.name, command: entry }],
);
const groups = new Set(commands.flatMap((entry) => ('commands' in entry ? [entry.name] : [])));

const overview = `headwater: the command line of a Headwater installation

${known.map(({ path, command: { takes, does } }) => `  headwater ${[path, ...takes].join(' ').padEnd(18)} ${does}`).join('\n')}

\`headwater COMMAND --help\` explains one. The addresses come from the variables of the services (CLICKHOUSE__URL,
KAFKA__BROKERS, REGISTRY__URL, IGLU__FOLDERS, …); without them those of \`npm start\` are taken.
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 could not find out.
`;

/** Runs what the arguments say. @returns the exit code */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { out, err } = surroundings;
  const [first, second] = argv;
  const asked = first !== undefined && groups.has(first) ? second : first;
  if (asked === undefined || isHelp(asked)) {
    out(overview);
    return asked === undefined ? USAGE : OK;
  }
  const named = known.find(({ path }) => path === argv.slice(0, wordsIn(path)).join(' '));
  if (!named) {
    err(`There is no command "${argv.slice(0, 2).join(' ')}".\n\n${overview}`);
    return USAGE;
  }
  try {
    return await runCommand(named, argv.slice(wordsIn(named.path)), surroundings);
  } catch (error) {
    err(`headwater ${named.path}: ${sentenceOf(error)}\n`);
    return isOurUsers(error) ? USAGE : FAILURE;
  }
}

const isHelp = (word: string): boolean => ['--help', '-h', 'help'].includes(word);
const wordsIn = (path: string): number => path.split(' ').length;

async function runCommand(
  { path, command }: Named,
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { values, positionals } = parsed(command, args);
  if (values['help'] === true) {
    surroundings.out(helpOf(command, path));
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
  readonly values: Values;
  readonly positionals: readonly string[];
} {
  const config: ParseArgsOptionsConfig = Object.fromEntries(
    Object.entries({ ...options, ...commonOptions }).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: config,
      allowPositionals: true,
      strict: true,
    });
    return { values: values as Values, positionals };
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
