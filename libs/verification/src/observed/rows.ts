import { uuidV5 } from '@headwater/stage';
import type { Facts } from '../ledger/facts';
import { eventColumns, expectedDigest, failedColumns } from './canonical';
import { belongsIntoTable, reasonOf } from './expected-place';
import { countOne, resolve, resolveFailed } from './resolve';
import { Tally } from './tally';

/** A row of `events_stored`. */
export interface EventRow {
  readonly id: string;
  /** Empty where the event has the id that it was sent with. */
  readonly duplicateOf: string;
  readonly fingerprint: string;
  readonly title: string;
  /** Of {@link eventColumns}. */
  readonly digest: string;
}

/** The rows of `failed_events_stored` under one `failed_id`. */
export interface FailedRow {
  readonly failedId: string;
  readonly copies: number;
  readonly eventId: string;
  readonly title: string;
  readonly userAgent: string;
  readonly stage: string;
  readonly type: string;
  /** Of the first failure. */
  readonly field: string;
  readonly keyword: string;
  /** Of {@link failedColumns}. */
  readonly digest: string;
}

/** What the tables hold of a run, laid against the ledger row by row: a few bytes an event, whatever is found. */
export class SeenRows {
  /** Rows of `events_stored`, by content. */
  readonly rows: Uint8Array;
  /** Rows under the id that was sent, by original. */
  readonly plainRows: Uint8Array;
  /** Different `failed_id`s, by content. */
  readonly dead: Uint8Array;

  readonly strangers = new Tally();
  readonly corrupt = new Tally();
  readonly wrongReasons = new Tally();
  readonly wrongIds = new Tally();
  /** Failed events that are stored more often than they can have been written. */
  readonly deadCopies = new Tally();
  /** Events that the view `events` shows more than once, and that it does not show. */
  readonly viewDoubles = new Tally();
  readonly viewGaps = new Tally();

  constructor(private readonly facts: Facts) {
    this.rows = new Uint8Array(facts.length);
    this.plainRows = new Uint8Array(facts.length);
    this.dead = new Uint8Array(facts.length);
  }

  /** @returns whether its content is what was sent */
  event({ id, duplicateOf, fingerprint, title, digest }: EventRow): 'corrupt' | 'ok' {
    const place = resolve(this.facts, id, duplicateOf, title);
    if (place === null) {
      this.strangers.add(() => `table events_stored: event ${id} is none that this run sent`);
      return 'ok';
    }
    const { content, original } = place;
    countOne(this.rows, content);
    if (duplicateOf === '') countOne(this.plainRows, original);
    else if (id !== uuidV5(duplicateOf, fingerprint))
      this.wrongIds.add(
        () =>
          `event ${String(content)} is stored as ${id}, and the id that follows from ${duplicateOf} and its fingerprint is another`,
      );
    else if (this.facts.rivalsOf(original).length === 0)
      this.wrongIds.add(
        () =>
          `event ${String(content)} was given the id ${id}, though no other event was sent under ${duplicateOf}`,
      );
    // What should be in the dead letter is reported as being in the wrong place, and not as corrupt as well.
    if (!belongsIntoTable(this.facts, content)) return 'ok';
    if (digest === expectedDigest(this.facts.plan, content, eventColumns)) return 'ok';
    this.corrupt.add(() => `table events_stored, event ${id} (number ${String(content)}): not what was sent`);
    return 'corrupt';
  }

  failed({
    failedId,
    copies,
    eventId,
    title,
    userAgent,
    stage,
    type,
    field,
    keyword,
    digest,
  }: FailedRow): void {
    const content = resolveFailed(this.facts, eventId, title, userAgent);
    if (content === null) {
      this.strangers.add(
        () => `table failed_events_stored: ${failedId} (${type}) is of no event that this run sent`,
      );
      return;
    }
    countOne(this.dead, content);
    const allowed = stage === 'validator' ? 1 : Math.max(1, this.facts.attemptsOf(content));
    if (copies > allowed)
      this.deadCopies.add(
        () =>
          `failed event ${failedId} is stored ${String(copies)} times; its event was sent ${String(this.facts.attemptsOf(content))} times`,
      );
    if (belongsIntoTable(this.facts, content)) return;
    const expected = reasonOf(this.facts, content);
    const found = { stage, type, detail: expected.detailOf === 'field' ? field : keyword };
    if (
      found.stage !== expected.stage ||
      found.type !== expected.type ||
      (expected.detail !== '' && found.detail !== expected.detail)
    )
      this.wrongReasons.add(
        () =>
          `failed event ${failedId} (number ${String(content)}): ${found.type} ${found.detail} by the ${found.stage}; expected ${expected.type} ${expected.detail} by the ${expected.stage}`,
      );
    else if (
      this.facts.classOf(content) !== 'oversize' &&
      digest !== expectedDigest(this.facts.plan, content, failedColumns)
    )
      this.corrupt.add(
        () =>
          `table failed_events_stored, ${failedId} (number ${String(content)}): its parameters are not what was sent`,
      );
  }
}
