import Ajv4, { type ErrorObject } from 'ajv-draft-04';
import { fullFormats } from 'ajv-formats/dist/formats';
import { boundedPattern, Meter, OverBudget } from '../patterns';
import { characters } from './characters';
import { formats } from './formats';
import { isMultipleOf } from './multiple-of';
import { tidied, VISITED } from './tidy';
import { areDistinct } from './unique-items';

/** One place in the data that does not meet the schema. */
export interface Violation {
  /** JSON pointer into the data. */
  readonly path: string;
  readonly keyword: string;
  /** What the schema demands there, for people. */
  readonly expectation: string;
  /** The offending value as text. */
  readonly value: string;
}

/** A schema ready for use. */
export interface CompiledSchema {
  /** All violations; none when the data is valid. */
  readonly violations: (data: unknown) => readonly Violation[];
}

/** Most violations that one JSON is reported with; a last one then says how many there are beyond. */
export const MAX_VIOLATIONS = 50;

/** Names under which draft 4 goes: its own, and the meta-schema of Iglu, which is draft 4 with a `self`. */
const DRAFT_4 =
  /^https?:\/\/(?:iglucentral\.com\/schemas\/com\.snowplowanalytics\.self-desc\/schema\/jsonschema\/1-\d+-\d+|json-schema\.org\/(?:draft-04\/)?schema)#?$/;
const NONE: readonly Violation[] = [];

/** Work that checking one JSON may take, in steps of about ten nanoseconds: half a second, for what takes microseconds. */
const STEPS = 50_000_000;
/** What a visit to a schema counts: about as long as a short object takes. */
const STEPS_A_VISIT = 50;
/** Of all formats, only the expression for `url` takes time that grows with the square of the length: so many a step. */
const SQUARED_A_STEP = 5;

/**
 * Compiles a draft-04 schema. References to other documents are not followed: an event is checked against what its
 * schema says, not against what another server says today.
 *
 * Neither compiling nor checking can take long, whoever wrote the schema and the data: documents have limits, patterns
 * are bounded, and a check that takes more work than any honest one is given up and counts as a violation. See ADR 12.
 *
 * @throws {Error} saying why the document is not a usable schema
 */
export function compileSchema(document: object): CompiledSchema {
  const { $schema, ...rest } = document as Readonly<Record<string, unknown>>;
  if ($schema !== undefined && !(typeof $schema === 'string' && DRAFT_4.test($schema)))
    throw new Error('it is not written in JSON Schema draft 4 (see its $schema)');
  const schema = tidied(rest);
  if (metaSchema.validateSchema(schema) !== true)
    throw new Error(`it is not a valid JSON Schema: ${metaSchema.errorsText()}`);
  const meter = new Meter();
  const isValid = engine({
    validateSchema: false,
    ownProperties: namesInherited(schema),
    meter,
  }).compile(schema);
  return {
    violations: (data) => {
      meter.allow(STEPS);
      try {
        return isValid(data) ? NONE : report(isValid.errors ?? []);
      } catch (error) {
        // A RangeError is the stack: a schema that refers to itself without going into the data.
        if (error instanceof OverBudget || error instanceof RangeError) return TOO_MUCH_WORK;
        throw error;
      }
    },
  };
}

const TOO_MUCH_WORK: readonly Violation[] = [
  {
    path: '',
    keyword: 'budget',
    expectation: 'data that can be checked with the patterns and references of the schema in reasonable time',
    value: '',
  },
];

const metaSchema = engine({ validateSchema: true, ownProperties: true, meter: unlimited() });

function unlimited(): Meter {
  const meter = new Meter();
  meter.allow(Infinity);
  return meter;
}

/** Whether a schema speaks of a property that every object inherits: asking for own ones only is several times slower. */
function namesInherited(schema: object): boolean {
  const text = JSON.stringify(schema);
  return Object.getOwnPropertyNames(Object.prototype).some((name) => text.includes(`"${name}"`));
}

/** One engine a schema: engines remember every `id` they have seen, and two versions of a schema share theirs. */
function engine({
  meter,
  ...options
}: {
  readonly validateSchema: boolean;
  readonly ownProperties: boolean;
  readonly meter: Meter;
}): Ajv4 {
  const ajv = new Ajv4({
    ...options,
    // Never into more than a few places: a schema with many references would multiply.
    inlineRefs: 20,
    allErrors: true,
    verbose: true,
    strict: false,
    strictNumbers: true,
    logger: false,
    ignoreKeywordsWithRef: true,
    code: { regExp: patternsFor(meter) },
  });
  for (const [name, format] of Object.entries({ ...fullFormats, ...formats })) ajv.addFormat(name, format);
  ajv.addFormat('url', (text: string) => {
    meter.spend(text.length ** 2 / SQUARED_A_STEP);
    return (fullFormats.url as RegExp).test(text);
  });
  ajv.addKeyword({
    keyword: VISITED,
    schemaType: 'boolean',
    compile: () => () => {
      meter.spend(STEPS_A_VISIT);
      return true;
    },
  });
  ajv.removeKeyword('maxLength').addKeyword({
    keyword: 'maxLength',
    type: 'string',
    schemaType: 'number',
    error: { message: 'must be shorter' },
    compile: (limit: number) => (text: string) => text.length <= limit || characters(text) <= limit,
  });
  ajv.removeKeyword('uniqueItems').addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must NOT have duplicate items' },
    compile: (unique: boolean) => (items: readonly unknown[]) => !unique || areDistinct(items),
  });
  ajv.removeKeyword('multipleOf').addKeyword({
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    error: { message: 'must be a multiple' },
    compile: (divisor: number) => (value: number) => isMultipleOf(value, divisor),
  });
  return ajv;
}

/**
 * Patterns of Iglu schemas were written for Java: some are not valid in Unicode mode, only without it.
 */
function patternsFor(meter: Meter) {
  const pattern = (source: string, flags: string) => {
    const used = isValidWith(source, flags) ? flags : '';
    return Object.assign(boundedPattern(source, used, meter), { toString: () => `/${source}/${used}` });
  };
  // The engine asks for the code of a function when it writes stand-alone code, which is never.
  return Object.assign(pattern, { code: 'new RegExp' });
}

function isValidWith(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}

function report(errors: readonly ErrorObject[]): readonly Violation[] {
  const shown = errors.slice(0, MAX_VIOLATIONS).map(violation);
  const beyond = errors.length - shown.length;
  return beyond > 0
    ? [
        ...shown,
        { path: '', keyword: 'any', expectation: `no violation, and ${beyond} more were found`, value: '' },
      ]
    : shown;
}

function violation(error: ErrorObject): Violation {
  const { instancePath, keyword, message, data } = error;
  const expectation = expectations[keyword]?.(error) ?? message ?? `"${keyword}" to hold`;
  return { path: instancePath, keyword, expectation, value: asText(data) };
}

/** What a keyword demands, in words; of the others the engine's own message tells it. */
const expectations: Readonly<Record<string, (error: ErrorObject) => string>> = {
  type: ({ schema }) => `a value of type ${[schema].flat().join(' or ')}`,
  required: ({ params }) => `the property "${String(params['missingProperty'])}" to be there`,
  additionalProperties: ({ params }) =>
    `no property "${String(params['additionalProperty'])}", as the schema names those it allows`,
  enum: ({ schema }) => `one of ${JSON.stringify(schema)}`,
  maxLength: ({ schema }) => `at most ${String(schema)} characters`,
  minLength: ({ schema }) => `at least ${String(schema)} characters`,
  maxItems: ({ schema }) => `at most ${String(schema)} items`,
  minItems: ({ schema }) => `at least ${String(schema)} items`,
  format: ({ schema }) => `the format ${String(schema)}`,
  pattern: ({ schema }) => `to match ${String(schema)}`,
  maximum: ({ params }) => `a number ${String(params['comparison'])} ${String(params['limit'])}`,
  minimum: ({ params }) => `a number ${String(params['comparison'])} ${String(params['limit'])}`,
  multipleOf: ({ schema }) => `a multiple of ${String(schema)}`,
};

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
