import { createHash } from 'node:crypto';
import { FailureType, type FailedEvent, type Failure } from '@headwater/contracts';
import { z } from 'zod';
import { documentOf, entitiesIn, type RepairDocument } from './document';
import { parseCriterion } from './iglu';
import { stepKinds } from './steps';
import type { StepResult } from './steps/step';

/** How to repair failed events of one kind: written as a file, reviewed, and kept under its name and version. */
export interface Recipe {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  /** Who has read it besides its author. */
  readonly reviewedBy: string;
  /** SHA-256 of what the file says, hex: comments and layout do not count. */
  readonly sha256: string;
  readonly matches: (event: FailedEvent) => boolean;
  readonly steps: readonly BoundStep[];
}

/** A step with its settings. */
export interface BoundStep {
  /** `2. cast`: how messages name it. */
  readonly label: string;
  readonly apply: (document: RepairDocument) => StepResult;
}

/** What is wrong with a recipe, one line a problem, each with its place. */
export class RecipeError extends Error {
  constructor(
    readonly place: string,
    readonly problems: readonly string[],
  ) {
    super(`The recipe ${place} cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'RecipeError';
  }
}

const oneOrMore = (text: z.ZodType<string>): z.ZodType<readonly string[]> =>
  z.union([text.transform((one) => [one]), z.array(text).min(1)]);

const criteria = oneOrMore(
  z.string().refine((text) => parseCriterion(text) !== null, {
    message: 'is no pattern of schema names. Write iglu:vendor/name/jsonschema/1-0-0, with * for any part',
  }),
);

const matchFormat = z
  .strictObject({
    failure_type: oneOrMore(z.enum(FailureType)).optional(),
    app_id: oneOrMore(z.string()).optional(),
    event_name: oneOrMore(z.string()).optional(),
    schema: criteria.optional(),
    field: oneOrMore(z.string()).optional(),
    path: oneOrMore(z.string()).optional(),
    keyword: oneOrMore(z.string()).optional(),
    source: oneOrMore(z.string()).optional(),
  })
  .refine((match) => Object.keys(match).length > 0, {
    message: 'is empty. Say which failed events the recipe is for, by failure_type and schema for one',
  });

const format = z.strictObject({
  name: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'use small letters, digits and dashes'),
  version: z.number().int().positive(),
  description: z.string().min(1),
  reviewed_by: z.string().min(1),
  match: matchFormat,
  steps: z
    .array(z.looseObject({ op: z.string() }))
    .min(1)
    .max(50),
});

/**
 * Reads a recipe.
 *
 * @param content what its YAML or JSON says
 * @param place file that it comes from, for messages
 * @throws {RecipeError} with every problem
 */
export function parseRecipe(content: unknown, place: string): Recipe {
  const read = format.safeParse(content);
  if (!read.success) throw new RecipeError(place, read.error.issues.map(problemOf));
  const { name, version, description, reviewed_by, match, steps } = read.data;
  const problems: string[] = [];
  const bound = steps.flatMap(({ op, ...settings }, index): readonly BoundStep[] => {
    const label = `${index + 1}. ${op}`;
    const kind = stepKinds.find((known) => known.op === op);
    if (!kind) {
      problems.push(
        `steps[${index}].op is "${op}". It must be one of ${stepKinds.map((known) => known.op).join(', ')}.`,
      );
      return [];
    }
    const config = kind.config.safeParse(settings);
    if (config.success) return [{ label, apply: (document) => kind.apply(config.data, document) }];
    problems.push(
      ...config.error.issues.map((issue) => problemOf({ ...issue, path: ['steps', index, ...issue.path] })),
    );
    return [];
  });
  if (problems.length > 0) throw new RecipeError(place, problems);
  return {
    name,
    version,
    description,
    reviewedBy: reviewed_by,
    sha256: createHash('sha256').update(canonical(content)).digest('hex'),
    matches: matcherOf(match),
    steps: bound,
  };
}

/** `steps[1].path must begin with …`. */
function problemOf({ path, message }: Pick<z.core.$ZodIssue, 'path' | 'message'>): string {
  const place = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  const text = `${place === '' ? 'It' : place.slice(1)} ${/^[a-z]/.test(message) ? message : `is wrong: ${message}`}`;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A failed event matches by its own facts and by one failure that has all the rest. */
function matcherOf(match: z.infer<typeof matchFormat>): (event: FailedEvent) => boolean {
  const has = (wanted: readonly string[] | undefined, value: string | null): boolean =>
    wanted === undefined || (value !== null && wanted.includes(value));
  const schemas = match.schema?.map(parseCriterion).filter((criterion) => criterion !== null);
  const failureMatches = ({ type, field, path, keyword, source }: Failure): boolean =>
    has(match.failure_type, type) &&
    has(match.field, field) &&
    has(match.path, path) &&
    has(match.keyword, keyword) &&
    has(match.source, source);
  return (event) =>
    has(match.app_id, event.app_id) &&
    has(match.event_name, event.event_name) &&
    (event.failures ?? []).some(failureMatches) &&
    (schemas === undefined ||
      [
        ...(event.failures ?? []).map(({ schema }) => schema),
        ...[...entitiesIn(documentOf(event)).values()].map(({ schema }) => schema),
      ].some((schema) => schemas.some((criterion) => criterion.matches(schema))));
}

/** JSON whose members are in order, so that the same content is the same text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
