import type { ParseArgsOptionsConfig } from 'node:util';

/** Where a command writes, and what it knows of its surroundings: passed in, so that specs can look. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Results. */
  readonly out: (text: string) => void;
  /** Progress and problems. */
  readonly err: (text: string) => void;
  /** Aborted by the first Ctrl-C. */
  readonly stop: AbortSignal;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** `user@host` of whoever runs it. */
  readonly operator: string;
}

/** An option of a command, with the line of help that explains it. */
export type Option = ParseArgsOptionsConfig[string] & {
  /** What stands after it in the help, e.g. `ID`. */
  readonly shows?: string;
  readonly help: string;
};
export type Options = Readonly<Record<string, Option>>;

export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Command {
  readonly name: string;
  /** What it does, in a few words. */
  readonly does: string;
  /** Arguments without a name, e.g. `['ID']`; all are required. */
  readonly takes: readonly string[];
  readonly options: Options;
  /** Examples and remarks below the options. */
  readonly more: string;
  /** @returns the exit code */
  readonly run: (args: readonly string[], values: Values, surroundings: Surroundings) => Promise<number>;
}

/** Commands about one thing: `headwater failed list`. */
export interface Group {
  readonly name: string;
  readonly commands: readonly Command[];
}

/** The command line does not say what can be done: exit code 2, with the sentence. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** Every command has these. */
export const commonOptions: Options = {
  json: { type: 'boolean', help: 'print for machines: one JSON object a line' },
  help: { type: 'boolean', short: 'h', help: 'print this' },
};

export const isOn = (values: Values, name: string): boolean => values[name] === true;
export const textOf = (values: Values, name: string): string | undefined => {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
};

/** What an option says that can be given several times. */
export const listOf = (values: Values, name: string): readonly string[] => {
  const value = values[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
};

/** A whole number above zero. */
export function countOf(values: Values, name: string, standard: number): number {
  const text = textOf(values, name);
  if (text === undefined) return standard;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new UsageError(`--${name} is "${text}". Give a whole number above 0, like --${name} ${standard}.`);
  return Number(text);
}

/** @param path what stands before its arguments, e.g. `failed list` */
export function helpOf({ does, takes, options, more }: Command, path: string): string {
  const lines = Object.entries({ ...options, ...commonOptions }).map(([option, { short, shows, help }]) => {
    const left = `${short === undefined ? '' : `-${short}, `}--${option}${shows === undefined ? '' : ` ${shows}`}`;
    return `  ${left.padEnd(22)} ${help}`;
  });
  return `headwater ${[path, ...takes].join(' ')}: ${does}

${lines.join('\n')}
${more === '' ? '' : `\n${more}\n`}`;
}
