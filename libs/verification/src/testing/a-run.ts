import { uuidV5 } from '@headwater/stage';
import { Facts } from '../ledger/facts';
import type { Status } from '../ledger/lines';
import { eventColumns, expectedDigest, failedColumns } from '../observed/canonical';
import { belongsIntoTable, reasonOf } from '../observed/expected-place';
import { Observations } from '../observed/observations';
import type { EventRow, FailedRow } from '../observed/rows';
import { oversizeAgent, payloadCount } from '../plan/payload';
import { idOf, plannedEvent } from '../plan/planned-event';
import { defaultShares, PLAN_VERSION, type EventClass, type Plan } from '../plan/plan';
import { roleOf } from '../plan/classes';

export const aPlan = (known: Partial<Plan> = {}): Plan => ({
  version: PLAN_VERSION,
  run: '0b9dfc4e-0f6e-4c3a-8d5e-6a1f2b3c4d5e',
  seed: 11,
  app: 'verify-spec',
  startedAt: Date.UTC(2026, 10, 22),
  shares: { ...defaultShares, oversize: 0.01 },
  oversizeBytes: 2_000,
  ...known,
});

/** A ledger of a run in which every request got its answer at once, but for the payloads that `answer` names. */
export function factsOf(
  plan: Plan,
  events: number,
  answer: (payload: number) => readonly Status[] = () => ['ok'],
): Facts {
  const facts = new Facts(plan);
  for (let first = 0, payload = 0; first < events; payload += 1) {
    const count = payloadCount(plan, first, events - first);
    for (const [index, status] of answer(payload).entries()) {
      const attempt = index + 1;
      facts.add({ kind: 'intent', payload, attempt, t0: plan.startedAt, first, count });
      facts.add({ kind: 'outcome', payload, attempt, t1: plan.startedAt, status, code: 0 });
    }
    first += count;
  }
  facts.add({ kind: 'end', t1: plan.startedAt });
  return facts.close();
}

/** What tables and topics hold of a run in which nothing went wrong; to be changed, and then observed. */
export interface Installation {
  readonly facts: Facts;
  rows: EventRow[];
  failed: FailedRow[];
  valid: { partition: number; offset: number; id: string; duplicateOf: string; title: string }[];
  input: { partition: number; offset: number; id: string; title: string }[];
  watched: { partition: number; offset: number; id: string }[];
  /** Records of failed-events. */
  dead: FailedRow[];
}

/** @param partitions of the topics */
export function anInstallation(facts: Facts, partitions = 2): Installation {
  const rows: EventRow[] = [];
  const failed: FailedRow[] = [];
  for (const content of facts.contents()) {
    if (!facts.mayBeThere(content)) continue;
    if (belongsIntoTable(facts, content)) rows.push(rowOf(facts, content));
    else failed.push(failedRowOf(facts, content));
  }
  const records = rows.map(({ id, duplicateOf, title }, index) => ({
    partition: index % partitions,
    offset: Math.floor(index / partitions) * 2,
    id,
    duplicateOf,
    title,
  }));
  return {
    facts,
    rows,
    failed,
    valid: records,
    input: records.map(({ partition, offset, id, duplicateOf, title }) => ({
      partition,
      offset,
      id: duplicateOf === '' ? id : duplicateOf,
      title,
    })),
    watched: records.map(({ partition, offset, id }) => ({ partition, offset, id })),
    dead: [...failed],
  };
}

/** Looks at all of an installation. @param begins where the reader began */
export function observed(
  { facts, rows, failed, valid, input, watched, dead }: Installation,
  begins: readonly { readonly partition: number; readonly offset: number }[] = [],
): Observations {
  const seen = new Observations(facts);
  const looked = { kind: 'seen', value: true } as const;
  seen.records.watch.reader = looked;
  for (const row of rows) seen.rows.event(row);
  for (const row of failed) seen.rows.failed(row);
  for (const { partition, offset } of begins) seen.records.watch.beganAt('valid-events', partition, offset);
  for (const { partition, offset, id } of watched)
    seen.records.watch.saw('valid-events', partition, offset, id);
  for (const record of [...valid].sort((a, b) => a.partition - b.partition || a.offset - b.offset))
    seen.records.valid(record);
  for (const [offset, { failedId, eventId, title, userAgent, stage }] of dead.entries())
    seen.records.failed({ partition: 0, offset, failedId, eventId, title, userAgent, stage });
  for (const record of input) seen.came.record(record);
  seen.records.watch.compare();
  seen.tables = looked;
  seen.topics = looked;
  seen.input = looked;
  seen.leakScan = { kind: 'seen', value: ['all'] };
  seen.lag = { kind: 'seen', value: [{ group: 'loader', topic: 'valid-events', partition: 0, left: 0 }] };
  seen.accounting = {
    kind: 'seen',
    value: [
      {
        stage: 'enricher',
        unit: 'event',
        in: facts.arrivals.least,
        out: facts.arrivals.least - dead.filter(({ stage }) => stage === 'enricher').length,
        failed: dead.filter(({ stage }) => stage === 'enricher').length,
        dropped: 0,
        unaccounted: 0,
        missing: null,
        openByMinute: 0,
        missingByMinute: 0,
      },
      {
        stage: 'validator',
        unit: 'event',
        in: 0,
        out: valid.length,
        failed: dead.filter(({ stage }) => stage === 'validator').length,
        dropped: 0,
        unaccounted: 0,
        missing: 0,
        openByMinute: 0,
        missingByMinute: 0,
      },
      {
        stage: 'loader',
        unit: 'event',
        in: valid.length,
        out: valid.length,
        failed: 0,
        dropped: 0,
        unaccounted: 0,
        missing: 0,
        openByMinute: 0,
        missingByMinute: 0,
      },
    ],
  };
  return seen;
}

const FINGERPRINT = 'a1b2c3';

function rowOf({ plan }: Facts, content: number): EventRow {
  const { original, class: name } = roleOf(plan, content);
  const sentAs = idOf(plan, original);
  const isRival = name === 'conflict-dup';
  return {
    id: isRival ? uuidV5(sentAs, `${FINGERPRINT}${String(content)}`) : sentAs,
    duplicateOf: isRival ? sentAs : '',
    fingerprint: `${FINGERPRINT}${String(content)}`,
    title: plannedEvent(plan, content).parameters['page'] ?? '',
    digest: expectedDigest(plan, content, eventColumns),
  };
}

function failedRowOf(facts: Facts, content: number): FailedRow {
  const { plan } = facts;
  const isOversize = facts.classOf(content) === 'oversize';
  const { stage, type, detailOf, detail } = reasonOf(facts, content);
  return {
    failedId: uuidV5(plan.run, `failed ${String(content)}`),
    copies: 1,
    eventId: isOversize ? '' : idOf(plan, content),
    title: isOversize ? '' : (plannedEvent(plan, content).parameters['page'] ?? ''),
    userAgent: isOversize ? oversizeAgent(content) : '',
    stage,
    type,
    field: detailOf === 'field' ? detail : '',
    keyword: detailOf === 'keyword' ? detail : '',
    digest: expectedDigest(plan, content, failedColumns),
  };
}

/** The first event of a class in a run. */
export function firstOf(facts: Facts, name: EventClass): number {
  for (const content of facts.contents()) if (facts.classOf(content) === name) return content;
  throw new Error(`The run holds no event of the class ${name}: make it longer.`);
}
