import { isUtf8 } from 'node:buffer';
import type { Failure, SelfDescribing } from '@headwater/contracts';
import { failed, failure, isNonEmpty, ok, type Outcome } from '@headwater/stage';
import { parseIgluUri, type SchemaKey } from './iglu-uri';
import { JsonProblem, JsonWalker } from './json-walker';

/** What one parameter may hold, its wrapper included: no tracker comes near it, and hostile data costs little. */
const limits = { depth: 40, parts: 10_000 } as const;

const WRAPPER_VENDOR = 'com.snowplowanalytics.snowplow';

/** The schemas that wrap what trackers send. */
const wrapperUris = {
  unstruct_event: `iglu:${WRAPPER_VENDOR}/unstruct_event/jsonschema/1-0-0`,
  contexts: `iglu:${WRAPPER_VENDOR}/contexts/jsonschema/1-0-0`,
} as const;

type Wrapper = keyof typeof wrapperUris;
const source = 'selfDescribing';

/** Why a JSON is not self-describing, in the words of the protocol. */
type Keyword = 'NotJson' | 'NotIglu' | 'CriterionMismatch';

const violation = (
  field: string,
  keyword: Keyword,
  path: string,
  message: string,
  details: { readonly value?: string; readonly expectation?: string } = {},
): Failure => failure('schema_violation', message, { field, keyword, path, source, ...details });

/**
 * Text of a base64 parameter (`cx`, `ue_px`), URL-safe or standard alphabet, with or without padding; null when it is
 * not base64 of UTF-8.
 */
export function decodeBase64(encoded: string): string | null {
  const digits = encoded.length - (encoded.endsWith('==') ? 2 : encoded.endsWith('=') ? 1 : 0);
  const bytes = Buffer.from(encoded, 'base64url');
  // The decoder leaves foreign characters out: then there are fewer bytes than there should be.
  return bytes.length === Math.floor((digits * 3) / 4) && isUtf8(bytes) ? bytes.toString('utf8') : null;
}

/**
 * The event in `ue_pr` or `ue_px`.
 *
 * @param text JSON text; null when the parameter could not be decoded
 */
export const readUnstruct = (field: string, text: string | null): Outcome<SelfDescribing> =>
  readWrapped(field, text, 'unstruct_event', (walker, at) => readEntity(field, walker, at, '/data'));

/** The contexts in `co` or `cx`; parameters as for {@link readUnstruct}. All problems of all contexts are reported. */
export const readContexts = (field: string, text: string | null): Outcome<readonly SelfDescribing[]> =>
  readWrapped(field, text, 'contexts', (walker, at) => {
    if (!walker.isArray(at)) {
      const problem = `The data in ${field} is not a list of contexts. Send a list.`;
      const details = { expectation: 'a list of {"schema", "data"}' };
      return { value: failed(violation(field, 'NotIglu', '/data', problem, details)), end: walker.skip(at) };
    }
    const contexts: Outcome<SelfDescribing>[] = [];
    const end = walker.array(at, (elementAt, index) => {
      const context = readEntity(field, walker, elementAt, `/data/${index}`);
      contexts.push(context.value);
      return context.end;
    });
    return { value: together(contexts), end };
  });

/** All of them, or all that is wrong with any of them. */
function together<T>(outcomes: readonly Outcome<T>[]): Outcome<readonly T[]> {
  const values: T[] = [];
  const failures: Failure[] = [];
  for (const outcome of outcomes) {
    if (outcome.kind === 'ok') values.push(outcome.value);
    else if (outcome.kind === 'failed') failures.push(...outcome.failures);
  }
  return isNonEmpty<Failure>(failures) ? { kind: 'failed', failures } : ok(values);
}

/** Something read out of a text, and the position after it. */
interface Read<T> {
  readonly value: T;
  readonly end: number;
}

/** Opens the wrapper of a parameter and reads its data, in one walk through the text. */
function readWrapped<T>(
  field: string,
  text: string | null,
  name: Wrapper,
  readData: (walker: JsonWalker, at: number) => Read<Outcome<T>>,
): Outcome<T> {
  if (text === null) {
    const problem = `${field} is not base64 of UTF-8 text. Encode the JSON as base64url.`;
    return failed(violation(field, 'NotJson', '', problem));
  }
  let envelope: Envelope<Outcome<T>>;
  try {
    const walker = new JsonWalker(text, limits);
    envelope = walker.root((at) => readEnvelope(walker, at, (dataAt) => readData(walker, dataAt)));
  } catch (error) {
    if (error instanceof JsonProblem) return failed(jsonProblem(field, error.kind));
    throw error;
  }
  const { schema, data } = envelope;
  if (schema === null || data === null) {
    const expectation = wrapperUris[name];
    const problem = `${field} lacks "schema" or "data". Send it wrapped in ${expectation}.`;
    return failed(violation(field, 'NotIglu', '', problem, { expectation }));
  }
  return wrapperProblem(field, name, schema) ?? data;
}

function wrapperProblem(field: string, name: Wrapper, schema: string): Outcome<never> | null {
  if (schema === wrapperUris[name]) return null;
  const key = parseIgluUri(schema);
  if (key && isWrapper(key, name)) return null;
  const expectation = wrapperUris[name];
  const problem = key
    ? `The schema of ${field} is not the one that wraps it. Send ${expectation}.`
    : `The schema of ${field} is no Iglu URI. Send ${expectation}.`;
  const keyword = key ? 'CriterionMismatch' : 'NotIglu';
  return failed(violation(field, keyword, '/schema', problem, { value: schema, expectation }));
}

const isWrapper = (key: SchemaKey, name: string): boolean =>
  key.vendor === WRAPPER_VENDOR &&
  key.name === name &&
  key.format === 'jsonschema' &&
  key.model === 1 &&
  key.revision === 0;

const envelopeMembers = ['data', 'schema'] as const;

interface Envelope<T> {
  readonly schema: string | null;
  readonly data: T | null;
  readonly end: number;
}

/** The `schema` and `data` of an object; of doubled members the last counts, as in `JSON.parse`. */
function readEnvelope<T>(walker: JsonWalker, at: number, readData: (at: number) => Read<T>): Envelope<T> {
  if (!walker.isObject(at)) return { schema: null, data: null, end: walker.skip(at) };
  let schema: string | null = null;
  let data: T | null = null;
  const visit = (key: string, valueAt: number): number => {
    if (key === 'data') {
      const read = readData(valueAt);
      data = read.value;
      return read.end;
    }
    schema = walker.isString(valueAt) ? walker.stringAt(valueAt) : null;
    return walker.skip(valueAt);
  };
  const end = walker.object(at, visit, envelopeMembers);
  return { schema, data, end };
}

function readEntity(
  field: string,
  walker: JsonWalker,
  at: number,
  path: string,
): Read<Outcome<SelfDescribing>> {
  const { schema, data, end } = readEnvelope(walker, at, (dataAt) => {
    const dataEnd = walker.skip(dataAt);
    return { value: walker.text.slice(dataAt, dataEnd), end: dataEnd };
  });
  if (schema === null || data === null) {
    const problem = `What stands at ${path} in ${field} lacks "schema" or "data". Send {"schema": …, "data": …}.`;
    return { value: failed(violation(field, 'NotIglu', path, problem)), end };
  }
  const key = parseIgluUri(schema);
  if (!key) {
    const problem = `The schema at ${path} in ${field} is no Iglu URI. Name the schema as iglu:vendor/name/jsonschema/1-0-0.`;
    const details = { value: schema, expectation: 'iglu:vendor/name/format/M-R-A' };
    return { value: failed(violation(field, 'NotIglu', `${path}/schema`, problem, details)), end };
  }
  return { value: ok(entityOf(key, data)), end };
}

const entityOf = (
  { vendor, name, format, model, revision, addition }: SchemaKey,
  data: string,
): SelfDescribing => ({ vendor, name, format, model, revision, addition, data });

function jsonProblem(field: string, kind: JsonProblem['kind']): Failure {
  switch (kind) {
    case 'syntax':
      return violation(field, 'NotJson', '', `${field} is not JSON. Send well-formed JSON.`);
    case 'depth':
      return failure('tracker_protocol_violation', `The data in ${field} is nested too deeply. Flatten it.`, {
        field,
        expectation: `at most ${limits.depth} levels`,
        source,
      });
    case 'parts':
      return failure(
        'tracker_protocol_violation',
        `The data in ${field} has too many parts. Send less in one event.`,
        {
          field,
          expectation: `at most ${limits.parts} members and elements`,
          source,
        },
      );
  }
}
