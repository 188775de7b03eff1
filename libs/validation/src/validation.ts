import { topics, type EnrichedEvent, type Failure } from '@headwater/contracts';
import {
  describeEvent,
  failedEvent,
  failure,
  faultOf,
  isNonEmpty,
  isUndecodable,
  uuidV5,
  type Batch,
  type FailedSubject,
  type Fate,
  type Processor,
  type Received,
  type Stage,
} from '@headwater/stage';
import type { DuplicateWindow, Sighting } from './duplicates';
import { parametersOf } from './parameters';
import { KeyMap, keyProblem, type SchemaKey, type Schemas } from './resolution';
import { rules as allRules } from './rules';
import { NO_FAILURES, type Rule, type RuleContext } from './rules/rule';
import { withSuperseding } from './supersede';

export interface Validation {
  /** Name and version that failed events bear. */
  readonly processor: Processor;
  /** What the partition has held before; advanced by judging. */
  readonly window: DuplicateWindow;
  /** Every schema that the batch names: see {@link schemaKeysOf}. */
  readonly schemas: Schemas;
  readonly rules?: readonly Rule[];
  /** Told of every event that is a copy of an earlier one, or bears its id. */
  readonly onRepeat?: (sighting: Exclude<Sighting, 'first'>) => void;
}

/** The validator as a stage: duplicates first, so that a bad event sent twice fails once; then every rule. */
export function validation({
  processor,
  window,
  schemas,
  rules = allRules,
  onRepeat,
}: Validation): Stage<EnrichedEvent, EnrichedEvent> {
  const checks: Checks = { processor, schemas, rules };

  const judge = (received: Received<EnrichedEvent>): readonly Fate<EnrichedEvent>[] => {
    const { value } = received;
    const sighting = window.see(received);
    if (sighting !== 'first') onRepeat?.(sighting);
    if (sighting === 'duplicate') return [{ kind: 'dropped', reason: 'duplicate', subject: value }];
    return [checkEvent(sighting === 'conflict' ? underOwnId(value) : value, checks)];
  };

  return {
    name: 'validator',
    processor,
    to: topics.validEvents,
    readsPayloads: false,
    judge,
    describe: describeEvent,
  };
}

/** What an event is held against, whatever came before it. */
export type Checks = Pick<Validation, 'processor' | 'schemas' | 'rules'>;

/** The fate of one event by itself: every rule is asked, and duplicates are not looked for. */
export function checkEvent(
  event: EnrichedEvent,
  { processor, schemas, rules = allRules }: Checks,
): Fate<EnrichedEvent> {
  const failures = check(rules, event, { schemas });
  if (!isNonEmpty(failures)) return { kind: 'ok', value: withSuperseding(event, schemas) };
  return { kind: 'failed', value: failedEvent('validator', processor, failures, replayable(event)) };
}

/** The schemas that the events of a batch name, each once; those with an impossible name are left out. */
export const schemaKeysOf = ({ records }: Batch<EnrichedEvent>): Iterable<SchemaKey> =>
  schemaKeysIn(records.flatMap((record) => (isUndecodable(record) ? [] : [record.value])));

/** The schemas that events name, each once; those with an impossible name are left out. */
export function schemaKeysIn(events: Iterable<EnrichedEvent>): Iterable<SchemaKey> {
  const keys = new KeyMap<true>();
  const add = (key: SchemaKey): void => {
    if (!keys.has(key) && keyProblem(key) === null) keys.set(key, true);
  };
  for (const { unstruct_event, contexts, derived_contexts } of events) {
    if (unstruct_event !== null) add(unstruct_event);
    if (contexts !== null) for (const context of contexts) add(context);
    if (derived_contexts !== null) for (const context of derived_contexts) add(context);
  }
  return keys.keys();
}

function check(rules: readonly Rule[], event: EnrichedEvent, context: RuleContext): readonly Failure[] {
  let failures = NO_FAILURES;
  for (const rule of rules) {
    const found = answerOf(rule, event, context);
    if (found.length > 0) failures = failures.length === 0 ? found : [...failures, ...found];
  }
  return failures;
}

/** What a rule finds. Broken infrastructure stops the partition; a fault of ours that one event triggers must not. */
function answerOf(rule: Rule, event: EnrichedEvent, context: RuleContext): readonly Failure[] {
  try {
    return rule.check(event, context);
  } catch (error) {
    return [
      failure(
        'schema_violation',
        `The rule ${rule.name} has a fault that this event brings to light (${faultOf(error)}). Report it with the id of the event; a version without the fault can replay it.`,
        { source: rule.name },
      ),
    ];
  }
}

/**
 * The event under an id derived from its own and from what it holds: another event has taken its id. The same copy sent
 * again gets the same id.
 */
function underOwnId(event: EnrichedEvent): EnrichedEvent {
  return {
    ...event,
    event_id: uuidV5(event.event_id, event.event_fingerprint ?? ''),
    duplicate_of: event.event_id,
  };
}

/** All that a replay needs. */
const replayable = (event: EnrichedEvent): FailedSubject => ({
  ...describeEvent(event),
  parameters: parametersOf(event),
  replayable: true,
});
