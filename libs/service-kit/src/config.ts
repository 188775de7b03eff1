import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** One setting of a service, as documentation and deployment need it. */
export interface ConfigVariable {
  /** Environment variable, e.g. `KAFKA__BROKERS`. */
  readonly variable: string;
  /** Path in the configuration object, e.g. `['kafka', 'brokers']`. */
  readonly path: readonly string[];
  /** `string`, `number`, `boolean`, `list`, `json` or the allowed words joined by ` | `. */
  readonly type: string;
  /** Default as text; null when there is none. */
  readonly default: string | null;
  readonly required: boolean;
  readonly description: string;
  /** The value must not be shown. */
  readonly secret: boolean;
}

/** Everything wrong with a configuration, one line a variable. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/** Marks a setting as secret: `secret(z.string()).describe('…')`. */
export const secret = <T extends z.ZodType>(type: T): T => type.meta({ ...type.meta(), secret: true });

/** `kafka.topicPrefix` → `KAFKA__TOPIC_PREFIX`. */
export const variableOf = (path: readonly string[]): string =>
  path.map((part) => part.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()).join('__');

/** Every setting of a schema, in order: reference tables, compose and chart tests are made from this. */
export function describeConfig(schema: z.ZodObject): readonly ConfigVariable[] {
  return leavesOf(schema).map(({ path, type }) => {
    const { inner, optional, fallback } = unwrap(type);
    return {
      variable: variableOf(path),
      path,
      type: typeName(inner),
      default: fallback === undefined ? null : shown(fallback, typeName(inner)),
      required: !optional && fallback === undefined,
      description: type.meta()?.description ?? inner.meta()?.description ?? '',
      secret: (type.meta()?.['secret'] ?? inner.meta()?.['secret']) === true,
    };
  });
}

/**
 * Reads a configuration from environment variables. A variable `X` may be given as `X_FILE`, the path of a file that
 * holds the value. Empty counts as not set.
 *
 * @param beneath settings from elsewhere, in the form of the configuration: they count where no variable is set
 * @throws {ConfigError} naming every variable at fault, what was found, what is expected, and the fix
 */
export function loadConfig<S extends z.ZodObject>(
  schema: S,
  env: NodeJS.ProcessEnv,
  beneath: Readonly<Record<string, unknown>> = {},
): z.infer<S> {
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  const leaves = leavesOf(schema);
  for (const { path, type } of leaves) {
    const variable = variableOf(path);
    const text = textOf(variable, env, problems);
    const parent = path
      .slice(0, -1)
      .reduce<Record<string, unknown>>(
        (node, part) => (node[part] ??= {}) as Record<string, unknown>,
        settings,
      );
    const name = path.at(-1) ?? '';
    const value = text === undefined ? valueAt(beneath, path) : parsed(text, unwrap(type).inner);
    if (value !== undefined) parent[name] = value;
  }
  const result = schema.safeParse(settings);
  const variables = new Map(describeConfig(schema).map((variable) => [variable.path.join('.'), variable]));
  for (const issue of result.error?.issues ?? []) problems.push(explain(issue, variables, env));
  if (problems.length > 0 || !result.success) throw new ConfigError([...new Set(problems)]);
  return result.data;
}

const valueAt = (settings: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (node, part) => (node as Readonly<Record<string, unknown>> | null | undefined)?.[part],
    settings,
  );

function textOf(variable: string, env: NodeJS.ProcessEnv, problems: string[]): string | undefined {
  const direct = env[variable];
  if (direct !== undefined && direct !== '') return direct;
  const file = env[`${variable}_FILE`];
  if (file === undefined || file === '') return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    problems.push(
      `${variable}_FILE names ${file}, which cannot be read (${(error as Error).message}). Mount the file, or set ${variable} itself.`,
    );
    return undefined;
  }
}

function explain(
  issue: z.core.$ZodIssue,
  variables: ReadonlyMap<string, ConfigVariable>,
  env: NodeJS.ProcessEnv,
): string {
  const path = issue.path.map(String);
  const known = path
    .map((_part, index) => variables.get(path.slice(0, path.length - index).join('.')))
    .find(Boolean);
  const variable = known?.variable ?? variableOf(path);
  const found = env[variable] ?? '';
  if (known && found === '' && (env[`${variable}_FILE`] ?? '') === '')
    return `${variable} is not set. It is ${article(known.type)}: ${known.description} Set ${variable} and start again.`;
  const value = known?.secret === true ? 'a secret that is not shown' : JSON.stringify(withoutUser(found));
  return `${variable} is ${value}: ${issue.message}. Expected ${known ? article(known.type) : 'another value'}. ${known?.description ?? ''} Correct ${variable} and start again.`;
}

/** An address in which somebody has written user and password. */
const withoutUser = (value: string): string => value.replace(/\/\/[^/\s@]*@/gu, '//…@');

const article = (type: string): string => `a value of type ${type}`;

interface Leaf {
  readonly path: readonly string[];
  readonly type: z.ZodType;
}

function leavesOf(schema: z.ZodObject, prefix: readonly string[] = []): readonly Leaf[] {
  return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(
    ([name, type]): readonly Leaf[] => {
      const path = [...prefix, name];
      const { inner } = unwrap(type);
      return inner instanceof z.ZodObject ? leavesOf(inner, path) : [{ path, type }];
    },
  );
}

interface Unwrapped {
  readonly inner: z.ZodType;
  readonly optional: boolean;
  readonly fallback: unknown;
}

function unwrap(type: z.ZodType): Unwrapped {
  if (type instanceof z.ZodDefault || type instanceof z.ZodPrefault) {
    const { defaultValue } = type.def;
    return { ...unwrap(type.def.innerType as z.ZodType), fallback: defaultValue };
  }
  if (type instanceof z.ZodOptional || type instanceof z.ZodNullable)
    return { ...unwrap(type.def.innerType as z.ZodType), optional: true };
  if (type instanceof z.ZodPipe) return unwrap(type.def.in as z.ZodType);
  return { inner: type, optional: false, fallback: undefined };
}

function typeName(type: z.ZodType): string {
  if (type instanceof z.ZodNumber) return 'number';
  if (type instanceof z.ZodBoolean) return 'boolean';
  if (type instanceof z.ZodArray) return isPlainList(type) ? 'list' : 'json';
  if (type instanceof z.ZodRecord || type instanceof z.ZodUnion) return 'json';
  if (type instanceof z.ZodEnum) return type.options.map(String).join(' | ');
  return 'string';
}

const isPlainList = (type: z.ZodArray): boolean => {
  const { inner } = unwrap(type.element as z.ZodType);
  return !(inner instanceof z.ZodObject || inner instanceof z.ZodRecord);
};

function parsed(text: string, type: z.ZodType): unknown {
  switch (typeName(type)) {
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    case 'boolean':
      return ['true', '1', 'yes'].includes(text.toLowerCase())
        ? true
        : ['false', '0', 'no'].includes(text.toLowerCase())
          ? false
          : text;
    case 'list':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'json':
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    default:
      return text;
  }
}

function shown(value: unknown, type: string): string {
  if (type === 'list' && Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
