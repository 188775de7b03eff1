import { roleOf } from '../plan/classes';
import { idOf } from '../plan/planned-event';
import { eventClasses, type EventClass, type Plan } from '../plan/plan';
import type { LedgerLine, OutcomeLine, Status } from './lines';

const ATTEMPTED = 1;
const bits: Readonly<Record<Status, number>> = { ok: 2, rejected: 4, refused: 8, unknown: 16 };

/** Codes that only a connection that was never made has; `EHOSTUNREACH` also ends one over which something was sent. */
const NEVER_LEFT: ReadonlySet<number | string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

/** Nothing is stored of what is answered with a 4xx, or never left. */
const cannotHaveArrived = ({ status, code }: OutcomeLine): boolean =>
  status === 'rejected' || (status === 'refused' && NEVER_LEFT.has(code));

/** What was sent, in numbers. */
export interface Sent {
  readonly events: number;
  readonly payloads: number;
  readonly attempts: number;
  /** Events by the best answer that their payload got. */
  readonly accepted: number;
  readonly rejected: number;
  readonly refused: number;
  readonly unknown: number;
  readonly byClass: Readonly<Record<EventClass, number>>;
}

interface Payload {
  readonly first: number;
  readonly count: number;
  attempts: number;
  /** Of these, the ones that cannot have stored anything: rejected, or nobody took the connection. */
  idle: number;
  answered: number;
  answers: number;
}

/**
 * What a ledger says, by *content*: a copy that was sent on purpose counts as another attempt of its original. A few bytes
 * an event, so that a run of millions fits into memory.
 */
export class Facts {
  /** Torn lines that were passed over: a crash leaves one, as the last. */
  tornLines = 0;
  /** Whether more is torn than a crash explains: then the ledger does not hold all that was sent. */
  isDamaged = false;
  /** Milliseconds since 1970; of the first and the last request. */
  firstSentAt = Infinity;
  lastSentAt = 0;
  /** Whether the run ended in order. */
  hasEnded = false;

  private readonly payloads = new Map<number, Payload>();
  private answersByContent = new Uint8Array(1024);
  private attemptsByContent = new Uint16Array(1024);
  /** Position in {@link eventClasses}, by number. */
  private classes = new Uint8Array(1024);
  private events = 0;
  private isClosed = false;
  private readonly byId = new Map<string, number>();
  private readonly rivalsByOriginal = new Map<number, number[]>();
  private readonly counts = Object.fromEntries(eventClasses.map((name) => [name, 0])) as Record<
    EventClass,
    number
  >;
  private sentEvents = 0;

  constructor(readonly plan: Plan) {}

  /** Takes in one line. @param line null: a torn one */
  add(line: LedgerLine | null): void {
    if (this.tornLines > 0) this.isDamaged = true;
    if (line === null) {
      this.tornLines += 1;
      return;
    }
    switch (line.kind) {
      case 'intent': {
        const known = this.payloads.get(line.payload);
        if (known) known.attempts += 1;
        else
          this.payloads.set(line.payload, {
            first: line.first,
            count: line.count,
            attempts: 1,
            idle: 0,
            answered: 0,
            answers: ATTEMPTED,
          });
        this.firstSentAt = Math.min(this.firstSentAt, line.t0);
        this.lastSentAt = Math.max(this.lastSentAt, line.t0);
        break;
      }
      case 'outcome': {
        const payload = this.payloads.get(line.payload);
        if (!payload) break;
        payload.answered += 1;
        if (cannotHaveArrived(line)) payload.idle += 1;
        payload.answers |= bits[line.status];
        this.lastSentAt = Math.max(this.lastSentAt, line.t1);
        break;
      }
      case 'end':
        this.hasEnded = true;
        break;
      default:
    }
  }

  /** To be called after the last line: sums up. */
  close(): this {
    if (this.isClosed) return this;
    this.isClosed = true;
    for (const payload of this.payloads.values()) {
      if (payload.answered < payload.attempts) payload.answers |= bits.unknown;
      this.events = Math.max(this.events, payload.first + payload.count);
    }
    this.answersByContent = new Uint8Array(this.events);
    this.attemptsByContent = new Uint16Array(this.events);
    this.classes = new Uint8Array(this.events);
    for (const { first, count, answers, attempts, idle } of this.payloads.values())
      for (let seq = first; seq < first + count; seq += 1) this.sum(seq, answers, attempts - idle);
    return this;
  }

  private sum(seq: number, answers: number, attempts: number): void {
    const role = roleOf(this.plan, seq);
    this.sentEvents += 1;
    this.counts[role.class] += 1;
    this.classes[seq] = eventClasses.indexOf(role.class);
    const content = role.class === 'client-dup' ? role.original : seq;
    this.answersByContent[content] = (this.answersByContent[content] ?? 0) | answers;
    this.attemptsByContent[content] = (this.attemptsByContent[content] ?? 0) + attempts;
    if (role.class === 'conflict-dup') {
      const rivals = this.rivalsByOriginal.get(role.original);
      if (rivals) rivals.push(seq);
      else this.rivalsByOriginal.set(role.original, [seq]);
    }
    const id = idOf(this.plan, role.original);
    if (!this.byId.has(id)) this.byId.set(id, role.original);
  }

  /** One more than the greatest number of an event: what arrays by content are as long as. */
  get length(): number {
    return this.events;
  }

  get sent(): Sent {
    const sums = { attempts: 0, accepted: 0, rejected: 0, refused: 0, unknown: 0 };
    for (const { count, answers, attempts } of this.payloads.values()) {
      sums.attempts += attempts;
      if (answers & bits.ok) sums.accepted += count;
      else if (answers & bits.unknown) sums.unknown += count;
      else if (answers & bits.refused) sums.refused += count;
      else sums.rejected += count;
    }
    return { events: this.sentEvents, payloads: this.payloads.size, ...sums, byClass: { ...this.counts } };
  }

  /** Events in requests that got a 200, and in all that may have arrived; oversize ones left out, each request counted. */
  get arrivals(): { readonly least: number; readonly most: number } {
    const sums = { least: 0, most: 0 };
    for (const { first, count, answers, attempts, idle } of this.payloads.values()) {
      if (roleOf(this.plan, first).class === 'oversize') continue;
      if (answers & bits.ok) sums.least += count;
      sums.most += count * (attempts - idle);
    }
    return sums;
  }

  /** Whether an event with this content was ever sent. */
  wasSent(content: number): boolean {
    return ((this.answersByContent[content] ?? 0) & ATTEMPTED) !== 0;
  }

  /** Whether a request with it got a 200: it must be there once. */
  wasAccepted(content: number): boolean {
    return ((this.answersByContent[content] ?? 0) & bits.ok) !== 0;
  }

  /** Whether it may be there at all: some request with it was not rejected. */
  mayBeThere(content: number): boolean {
    return ((this.answersByContent[content] ?? 0) & (bits.ok | bits.refused | bits.unknown)) !== 0;
  }

  /** How many requests with it may have arrived. */
  attemptsOf(content: number): number {
    return this.attemptsByContent[content] ?? 0;
  }

  classOf(seq: number): EventClass {
    return eventClasses[this.classes[seq] ?? 0] ?? 'valid';
  }

  /** Numbers of all contents that were sent. */
  *contents(): Iterable<number> {
    for (let content = 0; content < this.events; content += 1) if (this.wasSent(content)) yield content;
  }

  /** The event that was first to be given an id; undefined for an id of no event of this run. */
  originalOf(id: string): number | undefined {
    return this.byId.get(id);
  }

  /** Other events that were sent under the id of an event. */
  rivalsOf(original: number): readonly number[] {
    return this.rivalsByOriginal.get(original) ?? [];
  }
}
