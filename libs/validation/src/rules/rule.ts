import type { EnrichedEvent, Failure } from '@headwater/contracts';
import type { Schemas } from '../resolution';

/** What a rule may look at besides the event: all of it prepared for the batch, so that no rule waits. */
export interface RuleContext {
  readonly schemas: Schemas;
}

/** Something that must hold for every event. Rules are independent: all are asked, and all failures reported. */
export interface Rule {
  /** Stands as `source` in the failures. */
  readonly name: string;
  /** One sentence for the reference pages. */
  readonly summary: string;
  /** Every way in which the event breaks the rule. Must not change the event, nor depend on anything else. */
  readonly check: (event: EnrichedEvent, context: RuleContext) => readonly Failure[];
}

export const defineRule = (rule: Rule): Rule => rule;

/** What a rule answers for a good event: always this one, so that good events cost no memory. */
export const NO_FAILURES: readonly Failure[] = [];
