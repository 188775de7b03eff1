import type { EnrichedEvent, Failure, SelfDescribing } from '@headwater/contracts';
import { dropped, failed, failure, isNonEmpty, maskAddresses, ok, type Outcome } from '@headwater/stage';
import { nothing, type Enrich, type Patch } from '../enrichments/enrichment';
import { parseIgluUri } from '../protocol/iglu-uri';
import { customView } from './custom-view';
import { settableFields, settableTypes } from './settable-fields';
import { isObject, kindOf } from '../json-kinds';

/** What one custom enrichment said of one event. */
export interface CustomAnswer {
  /** Name of the enrichment. */
  readonly name: string;
  /** What it returned, as JSON has it; undefined for nothing. */
  readonly result?: unknown;
  /** Set instead where it threw: the message. */
  readonly threw?: string;
  /** Set instead where it did not come to an end: what happened, and what to do. */
  readonly stopped?: string;
}

/** Runs the enrichments of an operator's folder, and comes back in bounded time whatever they do. */
export interface CustomEnrichments {
  /** @param event JSON of the event, as {@link customView} makes it */
  readonly run: (event: string) => readonly CustomAnswer[];
}

const members = ['set', 'contexts', 'fail', 'drop'] as const;

/**
 * Custom enrichments as one step of the enricher: what they return is checked, what is wrong with it fails the event.
 * A custom enrichment never stops a partition.
 */
export const customStep = (custom: CustomEnrichments): Enrich =>
  function customEnrichments({ event }) {
    return together(custom.run(customView(event)).map(outcomeOf));
  };

/** All failures; else the first reason to drop; else all that is set, of doubled fields the last. */
function together(outcomes: readonly Outcome<Patch>[]): Outcome<Patch> {
  const failures = outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? outcome.failures : []));
  if (isNonEmpty<Failure>(failures)) return { kind: 'failed', failures };
  const drop = outcomes.find(({ kind }) => kind === 'dropped');
  if (drop) return drop;
  const patches = outcomes.flatMap((outcome) =>
    outcome.kind === 'ok' ? [outcome.value as Partial<EnrichedEvent>] : [],
  );
  const contexts = patches.flatMap(({ derived_contexts }) => derived_contexts ?? []);
  return ok(
    Object.assign({}, ...patches, contexts.length > 0 ? { derived_contexts: contexts } : {}) as Patch,
  );
}

/** What the answer of one custom enrichment means for the event. */
export function outcomeOf({ name, result, threw, stopped }: CustomAnswer): Outcome<Patch> {
  const fail = (message: string, field?: string): Failure =>
    failure('enrichment_failure', message, { source: `custom:${name}`, field: field ?? null });
  if (stopped !== undefined) return failed(fail(`The custom enrichment ${name} ${stopped}`));
  if (threw !== undefined)
    return failed(
      fail(`The custom enrichment ${name} threw: ${shortened(threw)}. Correct its file, then replay.`),
    );
  if (result === undefined || result === null) return nothing;
  if (!isObject(result))
    return failed(fail(`The custom enrichment ${name} returned ${kindOf(result)}. ${EXPECTED}`));
  const foreign = Object.keys(result).filter((key) => !(members as readonly string[]).includes(key));
  const failures = [
    ...foreign.map((key) => fail(`The custom enrichment ${name} returned "${shortened(key)}". ${EXPECTED}`)),
    ...askedFailures(result['fail'], name, fail),
  ];
  const set = settingsOf(result['set'], name, fail);
  const contexts = contextsOf(result['contexts'], name, fail);
  failures.push(...set.failures, ...contexts.failures);
  if (isNonEmpty<Failure>(failures)) return { kind: 'failed', failures };
  if (result['drop'] === true) return dropped('custom_enrichment');
  return ok({ ...set.value, ...(contexts.value.length > 0 ? { derived_contexts: contexts.value } : {}) });
}

const EXPECTED =
  'It may return nothing, or { set: {…}, contexts: [{ schema, data }] }, or { fail: "why" }, or { drop: true }: correct its file, then replay.';

type Fail = (message: string, field?: string) => Failure;

interface Checked<T> {
  readonly value: T;
  readonly failures: readonly Failure[];
}

function askedFailures(asked: unknown, name: string, fail: Fail): readonly Failure[] {
  if (asked === undefined || asked === null) return [];
  if (typeof asked === 'string' && asked.trim() !== '')
    return [fail(`${shortened(asked)} (says the custom enrichment ${name})`)];
  return [fail(`The custom enrichment ${name} returned a "fail" that is no text. ${EXPECTED}`)];
}

function settingsOf(set: unknown, name: string, fail: Fail): Checked<Readonly<Record<string, unknown>>> {
  if (set === undefined || set === null) return { value: {}, failures: [] };
  if (!isObject(set))
    return {
      value: {},
      failures: [fail(`The "set" of the custom enrichment ${name} is ${kindOf(set)}. ${EXPECTED}`)],
    };
  const failures = Object.entries(set).flatMap(([field, value]) => {
    const type = settableTypes.get(field);
    if (type === undefined)
      return [
        fail(
          `The custom enrichment ${name} sets ${shortened(field)}, which it may not: identifiers, times and keys are not its to set. It may set ${settableFields.join(', ')}; put anything else into a context.`,
          shortened(field),
        ),
      ];
    if (value !== null && typeof value !== type)
      return [
        fail(
          `The custom enrichment ${name} sets ${field} to ${kindOf(value)}; the field takes a ${type}.`,
          field,
        ),
      ];
    return holdsAddress(value) ? [fail(addressMessage(name, field), field)] : [];
  });
  return { value: set, failures };
}

function contextsOf(contexts: unknown, name: string, fail: Fail): Checked<readonly SelfDescribing[]> {
  if (contexts === undefined || contexts === null) return { value: [], failures: [] };
  if (!Array.isArray(contexts))
    return {
      value: [],
      failures: [fail(`The "contexts" of the custom enrichment ${name} is ${kindOf(contexts)}. ${EXPECTED}`)],
    };
  const value: SelfDescribing[] = [];
  const failures = (contexts as readonly unknown[]).flatMap((context, index) => {
    const { schema, data } = isObject(context) ? context : { schema: null, data: null };
    const key = typeof schema === 'string' ? parseIgluUri(schema) : null;
    if (key === null || typeof data !== 'object' || data === null)
      return [
        fail(
          `Context ${index} of the custom enrichment ${name} is not { schema: "iglu:vendor/name/jsonschema/1-0-0", data: {…} }. Correct its file, then replay.`,
          'derived_contexts',
        ),
      ];
    const text = JSON.stringify(data);
    value.push({ ...key, data: text });
    return holdsAddress(text)
      ? [fail(addressMessage(name, `the context ${key.name}`), 'derived_contexts')]
      : [];
  });
  return { value, failures };
}

const holdsAddress = (value: unknown): boolean => typeof value === 'string' && maskAddresses(value) !== value;

const addressMessage = (name: string, where: string): string =>
  `The custom enrichment ${name} puts what reads as a network address into ${where}. No address is ever written: leave it out, or write versions of four numbers another way.`;

/** Masked first: an address that is cut in two is no longer seen. */
const shortened = (text: string): string => maskAddresses(text).slice(0, 200);
