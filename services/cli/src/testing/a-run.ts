import {
  defaultShares,
  Facts,
  PLAN_VERSION,
  plannedEvent,
  type Plan,
  type Shares,
} from '@headwater/verification';

const onlyValid: Shares = {
  'schema-bad': 0,
  'enrich-bad': 0,
  oversize: 0,
  'client-dup': 0,
  'conflict-dup': 0,
};

/** What a run sends that was asked for nothing in particular. */
export const aPlan = (known: Partial<Plan> = {}): Plan => ({
  version: PLAN_VERSION,
  run: '0b9dfc4e-0f6e-4c3a-8d5e-6a1f2b3c4d5e',
  seed: 7,
  app: 'verify-spec',
  startedAt: Date.UTC(2026, 10, 22),
  shares: defaultShares,
  oversizeBytes: 1_200_000,
  ...known,
});

/** A run of three valid events in one request, which was accepted. */
export interface AcceptedRun {
  readonly plan: Plan;
  readonly facts: Facts;
  /** One of its events as enricher and validator hand it on. */
  readonly event: (number: number, known?: object) => object;
}

export function anAcceptedRun(): AcceptedRun {
  const plan = aPlan({ shares: onlyValid });
  const facts = new Facts(plan);
  facts.add({ kind: 'intent', payload: 0, attempt: 1, t0: 0, first: 0, count: 3 });
  facts.add({ kind: 'outcome', payload: 0, attempt: 1, t1: 1, status: 'ok', code: 200 });
  facts.add({ kind: 'end', t1: 1 });
  return {
    plan,
    facts: facts.close(),
    event: (number, known = {}) => {
      const { eid: event_id, page: page_title } = plannedEvent(plan, number).parameters;
      return { app_id: plan.app, event_id, page_title, duplicate_of: null, ...known };
    },
  };
}
