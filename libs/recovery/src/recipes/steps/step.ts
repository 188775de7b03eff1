import { z } from 'zod';
import type { RepairDocument } from '../document';
import { parsePath, type Path } from '../path';
import { isProtected, plainFormOf } from '../protected';

/** What a step did to one event. Reasons never quote a value: they are printed and counted. */
export type StepResult =
  | { readonly kind: 'changed' }
  /** Nothing was there to change: the next step goes on. */
  | { readonly kind: 'unchanged' }
  /** The event is not repaired, and is not sent. */
  | { readonly kind: 'refused'; readonly reason: string };

export const changed: StepResult = { kind: 'changed' };
export const unchanged: StepResult = { kind: 'unchanged' };
export const refused = (reason: string): StepResult => ({ kind: 'refused', reason });

/** A kind of step: it reads its own settings, checks them, and works on one document. */
export interface StepKind<S extends z.ZodObject = z.ZodObject> {
  readonly op: string;
  /** What it does, for the docs. */
  readonly summary: string;
  /** Its settings beside `op`. Strict: a misspelt setting is an error. */
  readonly config: S;
  /** An example in YAML, which the docs show and a test runs. */
  readonly example: string;
  readonly apply: (config: z.infer<S>, document: RepairDocument) => StepResult;
}

export const defineStep = <S extends z.ZodObject>(step: StepKind<S>): StepKind<S> => step;

const pathText = z.string().transform((text, context): Path => {
  const path = parsePath(text);
  if (typeof path !== 'string') return path;
  context.addIssue({ code: 'custom', message: path });
  return z.NEVER;
});

/** What messages say of `ue_px` and `cx`. */
export const BASE64_PARAMETER =
  'a parameter that holds base64, which is not read for identifiers. Write the JSON into ue_pr or co';

const ROOTS = ['parameters', 'unstruct_event', 'contexts'];
const rootOf = ({ segments: [first] }: Path): string => (first?.kind === 'member' ? first.name : '');

/** A path that is only read. */
export const readPath = pathText.refine((path) => [...ROOTS, 'event'].includes(rootOf(path)), {
  message: `must begin with one of ${[...ROOTS, 'event'].map((root) => `$.${root}`).join(', ')}`,
});

/** A path at which something is changed: in the parameters by name, or in self-describing data. */
export const writePath = pathText
  .refine((path) => ROOTS.includes(rootOf(path)), {
    message: `must begin with one of ${ROOTS.map((root) => `$.${root}`).join(', ')}`,
  })
  .refine(
    ({ segments: [first, second, ...rest] }) =>
      first?.kind !== 'member' ||
      first.name !== 'parameters' ||
      (second?.kind === 'member' && rest.length === 0),
    { message: 'must name one parameter, like $.parameters.aid' },
  );

/** The parameter that a path names; undefined where it names none. */
export const parameterOf = ({ segments: [first, second] }: Path): string | undefined =>
  first?.kind === 'member' && first.name === 'parameters' && second?.kind === 'member'
    ? second.name
    : undefined;

/** A path at which a value may be written: identifiers are left to the enricher. */
export const valuePath = writePath
  .refine((path) => !isProtected(parameterOf(path) ?? ''), {
    message:
      'names a parameter that identifies a visitor or holds an address. A replay carries pseudonyms only: such a parameter can be removed, but not written',
  })
  .refine((path) => plainFormOf(parameterOf(path) ?? '') === undefined, {
    message: `names ${BASE64_PARAMETER}`,
  });
