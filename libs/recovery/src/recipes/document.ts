import type { FailedEvent } from '@headwater/contracts';
import { exactText, isObject, parseExact } from './exact-json';

const SNOWPLOW = 'iglu:com.snowplowanalytics.snowplow';
const UNSTRUCT = `${SNOWPLOW}/unstruct_event/jsonschema/1-0-0`;
const CONTEXTS = `${SNOWPLOW}/contexts/jsonschema/1-0-1`;

/** What a recipe sees of a failed event, and changes. */
export interface RepairDocument extends Record<string, unknown> {
  /** Facts of the failed event that steps may copy from, and never change. */
  readonly event: Readonly<Record<string, string | number | null>>;
  /** Tracker parameters, but for the self-describing ones. */
  parameters: Record<string, unknown>;
  /** `{schema, data}` of a self-describing event; null where there is none. */
  unstruct_event: unknown;
  /** `{schema, data}` of each context. */
  contexts: unknown;
}

/** Reads the document out of a failed event. Self-describing parameters that are not what they should be stay parameters. */
export function documentOf(event: FailedEvent): RepairDocument {
  const { ue_pr, co, ...rest } = event.parameters ?? {};
  const unstruct = wrapped(ue_pr);
  const contexts = wrapped(co);
  return {
    event: {
      failed_id: event.failed_id,
      event_id: event.event_id,
      app_id: event.app_id,
      event_name: event.event_name,
      collector_tstamp: event.collector_tstamp,
    },
    parameters: {
      ...rest,
      ...(ue_pr !== undefined && unstruct === undefined ? { ue_pr } : {}),
      ...(co !== undefined && !Array.isArray(contexts) ? { co } : {}),
    },
    unstruct_event: unstruct ?? null,
    contexts: Array.isArray(contexts) ? contexts : [],
  };
}

/** The `data` in a wrapper; undefined for what is no wrapper. */
function wrapped(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    const json = parseExact(text);
    return isObject(json) ? json['data'] : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The tracker parameters of a document. What was not changed keeps the text it had.
 *
 * @param before the document of the same event before any step
 */
export function parametersOf(
  document: RepairDocument,
  before: RepairDocument,
  event: FailedEvent,
): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of Object.entries(document.parameters))
    if (typeof value === 'string') parameters[name] = value;
  const carry = (name: 'ue_pr' | 'co', part: 'unstruct_event' | 'contexts', schema: string): void => {
    // One that could not be read stayed a parameter.
    if (parameters[name] !== undefined) return;
    const text = exactText(document[part] ?? null);
    const former = event.parameters?.[name];
    if (text === exactText(before[part]) && former !== undefined) parameters[name] = former;
    else if (text !== 'null' && text !== '[]') parameters[name] = `{"schema":"${schema}","data":${text}}`;
  };
  carry('ue_pr', 'unstruct_event', UNSTRUCT);
  carry('co', 'contexts', CONTEXTS);
  return parameters;
}

/** The self-describing data of a document by place, as replays name it. */
export function entitiesIn({ unstruct_event, contexts }: RepairDocument): ReadonlyMap<string, Entity> {
  const entities = new Map<string, Entity>();
  const add = (place: string, value: unknown): void => {
    if (isObject(value)) entities.set(place, { schema: value['schema'], data: value['data'] });
  };
  add('unstruct_event', unstruct_event);
  if (Array.isArray(contexts))
    for (const [index, context] of contexts.entries()) add(`contexts/${index}`, context);
  return entities;
}

export interface Entity {
  readonly schema: unknown;
  readonly data: unknown;
}
