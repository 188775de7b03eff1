import type { EnrichedEvent } from '@headwater/contracts';
import type { Fate } from '@headwater/stage';
import { anEnrichedEvent } from '@headwater/testing';
import { shippedSchemas } from '@headwater/look-ups';
import {
  checkEvent,
  compileSchema,
  MAX_VIOLATIONS,
  readJson,
  superseding,
  type CompiledSchema,
  type Resolution,
} from '@headwater/validation';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { GuidedTarget, Problem } from '../guided-target';
import { keywords, smallSchemas } from './schema-words';
import { written } from './topic-records';

/** Between the text of the schema and that of the data. */
const SEPARATOR = 0;
const LONGEST_SEED = 3_000;

const key = { vendor: 'com.acme', name: 'click', format: 'jsonschema', model: 1, revision: 0, addition: 0 };

const pair = (schema: string, data: string): Buffer => Buffer.from(`${schema}\0${data}`);

/** Schemas that come with us, as long as they are short: data for them are found soon. */
const shipped = readdirSync(shippedSchemas(), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== 'README.md')
  .map(({ parentPath, name }) => join(parentPath, name))
  .sort()
  .map((path) => JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))))
  .filter((text) => text.length <= LONGEST_SEED)
  .map((text) => pair(text, '{}'));

export const jsonSchema: GuidedTarget = {
  name: 'json schema',
  promises:
    'a text as schema and a text as data are refused as a schema for a stated reason, or judged twice alike, with at most the violations that a report holds, and as an event come to an outcome that can be written',
  seeds: [
    ...smallSchemas.map(([schema, data]) => pair(JSON.stringify(schema), JSON.stringify(data))),
    ...shipped,
  ],
  dictionary: keywords.map((word) => Buffer.from(word)),
  maximumBytes: 8_192,
  inputsALook: 32,
  check: (input) => {
    const separator = input.indexOf(SEPARATOR);
    const text = input.toString('utf8', 0, separator < 0 ? input.length : separator);
    const data = separator < 0 ? '{}' : input.toString('utf8', separator + 1);
    const document = objectIn(text);
    if (document === null) return problemOfEvent(data, { kind: 'missing', asked: [] });
    const schema = usable(document);
    if (typeof schema === 'string')
      return problemOfEvent(data, { kind: 'unusable', source: 'fuzz', reason: schema });
    return problemOfData(data, schema, usable(document)) ?? problemOfEvent(data, { kind: 'usable', schema });
  },
};

/** What a registry may answer with. */
function objectIn(text: string): object | null {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null && !Array.isArray(document) ? document : null;
  } catch {
    return null;
  }
}

/** Errors that tell of a fault of the program, and not of what it was given. */
const FAULTS = [TypeError, ReferenceError, RangeError];

/** The schema, or why it is none. As the resolver does it; but an error of another kind than it looks for is a problem. */
function usable(document: object): CompiledSchema | string {
  try {
    superseding(key, document);
    return compileSchema(document);
  } catch (error) {
    if (!(error instanceof Error) || FAULTS.some((fault) => error instanceof fault)) throw error;
    return error.message;
  }
}

function problemOfData(text: string, schema: CompiledSchema, again: CompiledSchema | string): Problem | null {
  if (typeof again === 'string') return { kind: 'a schema is usable once', detail: again };
  const read = readJson(text);
  if (read.kind === 'unreadable') return null;
  const violations = schema.violations(read.data);
  if (!isDeepStrictEqual(violations, again.violations(read.data)))
    return { kind: 'the same data are judged otherwise', detail: JSON.stringify(violations) };
  if (violations.length > MAX_VIOLATIONS + 1)
    return { kind: 'a report has more violations than it may', detail: String(violations.length) };
  const isText = violations.every((violation) =>
    Object.values(violation).every((part) => typeof part === 'string'),
  );
  return isText ? null : { kind: 'a violation is not told in texts', detail: JSON.stringify(violations) };
}

/** Holds an event with these data against the rules. */
function problemOfEvent(data: string, resolution: Resolution): Problem | null {
  const event = anEnrichedEvent({ unstruct_event: { ...key, data }, contexts: [{ ...key, data }] });
  const fate = (): Fate<EnrichedEvent> =>
    checkEvent(event, { processor: 'headwater-validator/0.1.0', schemas: { get: () => resolution } });
  const first = fate();
  if (!isDeepStrictEqual(first, fate()))
    return { kind: 'an event has two fates', detail: JSON.stringify(first) };
  if (first.kind === 'dropped') return { kind: 'an event is dropped', detail: first.reason };
  written(first.kind === 'ok' ? 'EnrichedEvent' : 'FailedEvent', first.value);
  return null;
}
