import type { CollectorPayload, EnrichedEvent, Failure, Replay } from '@headwater/contracts';
import {
  describeEvent,
  failed,
  failedEvent,
  failure,
  faultOf,
  isNonEmpty,
  maskAddresses,
  maskedText,
  type Fate,
  type NonEmpty,
  type Processor,
} from '@headwater/stage';
import { admission, ADMITTED, type Admit } from './admission/admission';
import { customStep, type CustomEnrichments } from './custom/custom-step';
import { enrichments } from './enrichments';
import { nothing, type Draft, type Enrich, type LookUps, type Patch } from './enrichments/enrichment';
import { outlineOf } from './payload/outline';
import { readQueryString } from './payload/query-string';
import { readPayload } from './payload/read-payload';
import type { SentEvent } from './payload/sent-event';
import { failedParameters } from './privacy/failed-parameters';
import type { Pseudonyms } from './privacy/pseudonyms';
import { fingerprintText } from './protocol/fingerprint';
import type { MutableEvent } from './protocol/parameters';
import { readEvent } from './protocol/read-event';
import { alreadyPseudonymised, assignReplay, keptOf, originalPayload, sentAgain } from './replay/replay';

export interface EnricherOptions {
  /** Name and version of the program, as failed events and `v_etl` state it. */
  readonly processor: Processor;
  readonly lookUps: LookUps;
  /** What `enrichmentsConfig` accepts; missing settings take their defaults. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Runs the enrichments of an operator's folder, where there is one. */
  readonly custom?: CustomEnrichments | null;
  /** Says which events may enter; without it, all may. */
  readonly admit?: Admit | null;
}

/** What becomes of what the enricher reads. Equal inputs have equal fates. */
export interface Enricher {
  /** All fates of the events in one payload, in order. */
  readonly payload: (payload: CollectorPayload) => readonly Fate<EnrichedEvent>[];
  /** The fate of one event that failed before and comes again, repaired. */
  readonly replay: (replay: Replay) => Fate<EnrichedEvent>;
}

/**
 * Builds the enricher: it takes payloads apart, maps the tracker protocol to atomic fields, and runs the enrichments in
 * the order of their list. All problems of one event are reported together, in one failed event; a fault of a payload
 * as a whole makes one failed event.
 */
export function createEnricher({
  processor,
  lookUps,
  config = {},
  custom = null,
  admit = null,
}: EnricherOptions): Enricher {
  const steps = enrichments.map((enrichment) => enrichment.create(config[enrichment.name], lookUps));
  // Custom enrichments see pseudonyms and no address; the address is dropped last, whatever they do.
  if (custom) steps.splice(-1, 0, customStep(custom));
  const parts: Parts = { steps, pseudonyms: lookUps.pseudonyms, processor, admit };
  return {
    payload: (payload) => {
      const sent = takenApart(payload);
      if (sent.kind === 'ok') return sent.value.map((event) => fateOf(event, payload, null, parts));
      return sent.kind === 'failed' ? [unsplit(payload, sent.failures, processor)] : [];
    },
    replay: (replay) => fateOf(sentAgain(replay), originalPayload(replay), replay, parts),
  };
}

interface Parts {
  readonly steps: readonly Enrich[];
  readonly pseudonyms: Pseudonyms;
  readonly processor: Processor;
  readonly admit: Admit | null;
}

/** The events of a payload. Where a fault of ours comes to light before they are known, the payload fails as a whole. */
function takenApart(payload: CollectorPayload): ReturnType<typeof readPayload> {
  try {
    return readPayload(payload);
  } catch (error) {
    return failed(
      failure(
        'payload_format_violation',
        `The enricher has a fault that this payload brings to light (${faultOf(error)}). Report it with the payload id.`,
        { source: 'enricher' },
      ),
    );
  }
}

function fateOf(
  sent: SentEvent,
  payload: CollectorPayload,
  replay: Replay | null,
  parts: Parts,
): Fate<EnrichedEvent> {
  try {
    return enriched(sent, payload, replay, parts);
  } catch (error) {
    // Broken infrastructure stops the partition. A fault of ours that one event triggers must not.
    return faulty(sent, payload, replay, faultOf(error), parts.processor);
  }
}

function enriched(
  sent: SentEvent,
  payload: CollectorPayload,
  replay: Replay | null,
  { steps, pseudonyms, processor, admit }: Parts,
): Fate<EnrichedEvent> {
  const { event, user_ipaddress, failures, isWhole } = readEvent(sent, payload, processor);
  const admitted = replay === null ? admission(event, payload, admit) : ADMITTED;
  if (admitted.kind === 'dropped') return { kind: 'dropped', reason: admitted.reason, subject: event };
  if (admitted.kind === 'failed') failures.unshift(...admitted.failures);
  if (replay !== null) assignReplay(event, replay);
  event.event_fingerprint ??= pseudonyms.fingerprintOf(
    event.app_id,
    fingerprintText(sent.values, sent.contexts),
  );

  const draft: Mutable<Draft> & { event: MutableEvent } = {
    event,
    user_ipaddress,
    replay,
    request: payload,
  };
  for (const enrich of steps) {
    const outcome = enrich(draft);
    if (outcome === nothing) continue;
    if (outcome.kind === 'ok') apply(outcome.value, draft);
    else if (outcome.kind === 'failed') failures.push(...outcome.failures);
    else return { kind: 'dropped', reason: outcome.reason, subject: event };
  }

  if (!isNonEmpty<Failure>(failures)) return { kind: 'ok', value: event };
  const pseudonymiser =
    replay === null ? pseudonyms.at(event.app_id, event.collector_tstamp) : alreadyPseudonymised(event);
  const value = failedEvent('enricher', processor, failures, {
    ...describeEvent(event),
    ...requestOf(payload),
    parameters: failedParameters(sent.values, event, pseudonymiser),
    replayable: isWhole,
    not_replayable_reason: isWhole
      ? null
      : 'Self-describing data in it could not be read, so it could not be cleared of identifiers and is not kept.',
  });
  return { kind: 'failed', value };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function apply(patch: Patch, draft: { readonly event: MutableEvent; user_ipaddress: string | null }): void {
  if ('user_ipaddress' in patch) {
    draft.user_ipaddress = null;
    return;
  }
  const before = draft.event.derived_contexts;
  Object.assign(draft.event, patch);
  if (before !== null && patch.derived_contexts)
    draft.event.derived_contexts = [...before, ...patch.derived_contexts];
}

/** A payload that could not be taken apart: an outline of it is all that can be kept without showing who it is about. */
function unsplit(
  payload: CollectorPayload,
  failures: NonEmpty<Failure>,
  processor: Processor,
): Fate<EnrichedEvent> {
  const { body, collector_tstamp, payload_id, user_agent } = payload;
  const value = failedEvent('enricher', processor, failures, {
    app_id: appIdOf(payload),
    collector_tstamp,
    payload_id,
    useragent: maskedText(user_agent),
    ...requestOf(payload),
    payload: body === null || body.length === 0 ? null : outlineOf(body.toString('utf8')),
    replayable: false,
    not_replayable_reason:
      failures[0].type === 'path_scan'
        ? 'There is no event in the request.'
        : 'The payload could not be taken apart, so it could not be cleared of identifiers; only its outline is kept.',
  });
  return { kind: 'failed', value };
}

function faulty(
  { index }: SentEvent,
  payload: CollectorPayload,
  replay: Replay | null,
  fault: string,
  processor: Processor,
): Fate<EnrichedEvent> {
  const problem = failure(
    'enrichment_failure',
    `The enricher has a fault that this event brings to light (${fault}). Report it with the payload id and the index.`,
    { source: 'enricher' },
  );
  const value = failedEvent('enricher', processor, [problem], {
    app_id: appIdOf(payload),
    collector_tstamp: payload.collector_tstamp,
    payload_id: payload.payload_id,
    payload_index: index,
    ...requestOf(payload),
    ...(replay === null
      ? {
          replayable: false,
          not_replayable_reason: 'The event could not be cleared of identifiers, so nothing of it is kept.',
        }
      : keptOf(replay)),
  });
  return { kind: 'failed', value };
}

/** Longest path or content type that a failed event keeps, in characters. */
const LONGEST_SHOWN = 256;

function requestOf({ path, content_type }: CollectorPayload): {
  readonly path: string | null;
  readonly content_type: string | null;
} {
  const shown = (text: string | null): string | null => maskedText(text)?.slice(0, LONGEST_SHOWN) ?? null;
  return { path: shown(path), content_type: shown(content_type) };
}

/** The app of a payload that was not taken apart: the one in the query string, or the one it was admitted for. */
function appIdOf({ querystring, app }: CollectorPayload): string {
  const appId = readQueryString(querystring).get('aid') ?? app;
  return appId === null || appId.length > 255 ? 'unknown' : maskAddresses(appId);
}
