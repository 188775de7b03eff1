import Ajv4, { type ErrorObject } from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { characters } from './characters';
import { formats } from './formats';
import { isMultipleOf } from './multiple-of';
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

/**
 * Compiles a draft-04 schema. References to other documents are not followed: an event is checked against what its
 * schema says, not against what another server says today.
 *
 * @throws {Error} saying why the document is not a usable schema
 */
export function compileSchema(document: object): CompiledSchema {
  const { $schema, ...schema } = document as Readonly<Record<string, unknown>>;
  if ($schema !== undefined && !(typeof $schema === 'string' && DRAFT_4.test($schema)))
    throw new Error('it is not written in JSON Schema draft 4 (see its $schema)');
  if (metaSchema.validateSchema(schema) !== true)
    throw new Error(`it is not a valid JSON Schema: ${metaSchema.errorsText()}`);
  const isValid = engine({ validateSchema: false, ownProperties: namesInherited(schema) }).compile(schema);
  return { violations: (data) => (isValid(data) ? NONE : report(isValid.errors ?? [])) };
}

const metaSchema = engine({ validateSchema: true, ownProperties: true });

/** Whether a schema speaks of a property that every object inherits: asking for own ones only is several times slower. */
function namesInherited(schema: object): boolean {
  const text = JSON.stringify(schema);
  return Object.getOwnPropertyNames(Object.prototype).some((name) => text.includes(`"${name}"`));
}

/** One engine a schema: engines remember every `id` they have seen, and two versions of a schema share theirs. */
function engine(options: { readonly validateSchema: boolean; readonly ownProperties: boolean }): Ajv4 {
  const ajv = new Ajv4({
    ...options,
    allErrors: true,
    verbose: true,
    strict: false,
    strictNumbers: true,
    logger: false,
    ignoreKeywordsWithRef: true,
    code: { regExp: lenientRegExp },
  });
  addFormats(ajv);
  for (const [name, validate] of Object.entries(formats)) ajv.addFormat(name, validate);
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

/** Patterns of Iglu schemas were written for Java: some are not valid in Unicode mode, only without it. */
function lenientRegExp(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return new RegExp(pattern);
  }
}
lenientRegExp.code = 'new RegExp';

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
