import type { Facts } from '../ledger/facts';
import { brokenKeywordOf, wrongParameterOf } from '../plan/planned-event';

/** Whether an event ends in the table; the others end in the dead letter. */
export function belongsIntoTable(facts: Facts, content: number): boolean {
  const name = facts.classOf(content);
  return name === 'valid' || name === 'conflict-dup';
}

/** Why an event must have failed, and where. */
interface Reason {
  readonly stage: string;
  readonly type: string;
  readonly detailOf: 'field' | 'keyword';
  readonly detail: string;
}

/** The reason that was planted in an event that must fail. */
export function reasonOf(facts: Facts, content: number): Reason {
  switch (facts.classOf(content)) {
    case 'schema-bad':
      return {
        stage: 'validator',
        type: 'schema_violation',
        detailOf: 'keyword',
        detail: brokenKeywordOf(facts.plan, content),
      };
    case 'enrich-bad':
      return {
        stage: 'enricher',
        type: 'tracker_protocol_violation',
        detailOf: 'field',
        detail: wrongParameterOf(facts.plan, content),
      };
    default:
      return { stage: 'collector', type: 'size_violation', detailOf: 'field', detail: '' };
  }
}
