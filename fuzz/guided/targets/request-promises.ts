import type { CollectorPayload, FailedEvent } from '@headwater/contracts';
import type { Problem } from '../guided-target';
import { isOnlyPlanted, names, TRUNCATED, VISITOR } from './canary';
import { pass, payloadsIn, PEER, TRUNCATED_PEER, type Passed, type Sent, type Way } from './request-path';
import { written } from './topic-records';

/** What must hold for every request, for the report. */
export const requestPromises =
  'every event comes to exactly one outcome, which can be written to its topic; the same request makes the same; the address in `ip`, in any escape, leaves the collector truncated at most and the enricher not at all; no event brings a fault to light';

/**
 * The first promise that a request breaks on one of several ways through collector and enricher.
 *
 * @param events how many events it holds as anyone reads it; null where readers may differ
 */
export function brokenPromise(sent: Sent, ways: readonly Way[], events: number | null): Problem | null {
  for (const way of ways) {
    const passed = pass(sent, way);
    const said = textsOf(passed);
    const problem =
      lostEvent(passed, events) ??
      fault(passed) ??
      leak(sent, passed, said, way) ??
      changed(said, textsOf(pass(sent, way)));
    write(passed);
    if (problem !== null) return { kind: `${problem.kind} (${way.name})`, detail: problem.detail };
  }
  return null;
}

/** What comes out of each of the two, as one text. */
interface Texts {
  readonly collector: string;
  readonly enricher: string;
}

const textsOf = ({ parts, fates }: Passed): Texts => ({
  collector: parts
    .map((part) => (part.kind === 'ok' ? payloadText(part.payload) : JSON.stringify(part.event)))
    .join('\n'),
  enricher: JSON.stringify(fates),
});

const payloadText = ({ body, ...fields }: CollectorPayload): string =>
  `${JSON.stringify(fields)} ${body?.toString('latin1') ?? ''}`;

function changed(one: Texts, other: Texts): Problem | null {
  return one.collector === other.collector && one.enricher === other.enricher
    ? null
    : { kind: 'the same request makes something else', detail: `${one.enricher}\n${other.enricher}` };
}

/** An event without an outcome, or with two. */
function lostEvent({ kind, parts, fates }: Passed, events: number | null): Problem | null {
  const counts = fates.map(({ length }) => length);
  if (parts.length === 0 || counts.some((count) => count === 0))
    return {
      kind: 'something of it comes to nothing',
      detail: `${String(parts.length)} parts: ${counts.join(', ')}`,
    };
  for (const some of fates) {
    const places = some.flatMap((fate) => (fate.kind === 'dropped' ? [] : [fate.value.payload_index]));
    if (
      new Set(places).size !== places.length ||
      (some.length > 1 && places.some((place, at) => place !== at))
    )
      return { kind: 'an event has two outcomes', detail: JSON.stringify(places) };
  }
  const outcomes = counts.reduce((sum, count) => sum + count, parts.length - counts.length);
  return events === null || outcomes === events || (kind === 'failed' && outcomes === 1)
    ? null
    : {
        kind: 'there are not as many outcomes as events',
        detail: `${String(outcomes)}, and ${String(events)} events`,
      };
}

function fault({ fates }: Passed): Problem | null {
  const failures = fates
    .flat()
    .flatMap((fate) => (fate.kind === 'failed' ? (fate.value.failures ?? []) : []));
  const found = failures.find(({ message }) => message?.startsWith('The enricher has a fault'));
  return found === undefined
    ? null
    : { kind: 'an event brings a fault to light', detail: found.message ?? '' };
}

function leak(
  sent: Sent,
  passed: Passed,
  { collector, enricher }: Texts,
  { anonymous }: Way,
): Problem | null {
  const problem = (where: string, text: string): Problem => ({
    kind: `an address comes out of the ${where}`,
    detail: text.slice(0, 4_000),
  });
  if (names(collector, PEER)) return problem('collector', collector);
  if (names(enricher, TRUNCATED_PEER)) return problem('enricher', enricher);
  if (payloadsIn(passed.parts).some(hasAddress)) return problem('collector, in `ip`', collector);
  if (!isConfined(sent)) return null;
  if (names(collector, VISITOR) || (anonymous === true && names(collector, TRUNCATED)))
    return problem('collector', collector);
  return names(enricher, VISITOR) || names(enricher, TRUNCATED) ? problem('enricher', enricher) : null;
}

const opensJson = (body: Buffer): boolean => /^\s*[[{]/.test(body.toString('latin1', 0, 64));

/** Whether the request names the address in `ip` only. */
function isConfined({ querystring, body }: Sent): boolean {
  if (querystring !== null && !isOnlyPlanted(querystring, 'query')) return false;
  if (body === null) return true;
  const text = body.toString('latin1');
  return isOnlyPlanted(text, 'json') || (!opensJson(body) && isOnlyPlanted(text, 'query'));
}

/** Whether a reader of JSON, or of forms, finds the whole address under the name `ip`, wherever else it may be. */
function hasAddress({ querystring, body }: CollectorPayload): boolean {
  const inQuery = new URLSearchParams(querystring ?? '').getAll('ip');
  return [...inQuery, ...(body === null ? [] : addressesIn(body))].some((value) => names(value, VISITOR));
}

function addressesIn(body: Buffer): readonly string[] {
  const found: string[] = [];
  try {
    JSON.parse(body.toString('utf8'), (key, value: unknown) => {
      if (key === 'ip' && typeof value === 'string') found.push(value);
      return value;
    });
    return found;
  } catch {
    return new URLSearchParams(body.toString('utf8')).getAll('ip');
  }
}

/** Everything that comes out is written to a topic: what cannot be stops the service. */
function write({ parts, fates }: Passed): void {
  for (const part of parts)
    if (part.kind === 'ok') written('CollectorPayload', part.payload);
    else writeFailed(part.event);
  for (const fate of fates.flat())
    if (fate.kind === 'ok') written('EnrichedEvent', fate.value);
    else if (fate.kind === 'failed') writeFailed(fate.value);
}

const writeFailed = (event: FailedEvent): Buffer => written('FailedEvent', event);
