import {
  payloadCount,
  plannedEvent,
  plannedPayload,
  type LedgerLine,
  type Plan,
  type PlannedPayload,
} from '@headwater/verification';
import { createHash } from 'node:crypto';
import type { Answer } from './post';

export interface LoadSettings {
  /** Events a second. */
  readonly rate: number;
  /** Events to send; it ends earlier when told to stop. */
  readonly events: number;
  /** Requests that may be on their way at the same time. */
  readonly inFlight: number;
  /** Payloads that may wait to be sent again; above, no new ones are made. */
  readonly backlog: number;
  /** How long a payload is sent again before it is given up, milliseconds since its first attempt. */
  readonly giveUpMs: number;
}

/** What the generator needs of its surroundings. */
export interface LoadMeans {
  readonly record: (line: LedgerLine) => Promise<void>;
  readonly send: (payload: PlannedPayload) => Promise<Answer>;
  readonly now: () => number;
  readonly stop: AbortSignal;
}

/** How a load stands. Events, but for `inFlight`: requests. */
export interface Progress {
  events: number;
  accepted: number;
  rejected: number;
  /** Of those not (yet) accepted: whose last answer was "not now", and whose got none. */
  refused: number;
  unknown: number;
  givenUp: number;
  inFlight: number;
}

interface Item {
  readonly payload: number;
  readonly first: number;
  readonly count: number;
  attempt: number;
  firstSentAt: number;
  last: 'refused' | 'unknown' | null;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
const TICK_MS = 5;

/** Sends the events of a plan at a steady rate, as trackers do: each payload again until it is accepted or rejected. */
export class Load {
  readonly progress: Progress = {
    events: 0,
    accepted: 0,
    rejected: 0,
    refused: 0,
    unknown: 0,
    givenUp: 0,
    inFlight: 0,
  };
  private readonly ready: Item[] = [];
  /** Payloads that wait for their next attempt. */
  private resting = 0;
  private readonly attempts = new Set<Promise<void>>();
  private failure: Error | null = null;

  constructor(
    private readonly plan: Plan,
    private readonly settings: LoadSettings,
    private readonly means: LoadMeans,
  ) {}

  /** Resolves when every payload is settled. @throws when the ledger cannot be written: then nothing can be proven */
  async run(): Promise<void> {
    const { rate, events, backlog } = this.settings;
    const { now, stop } = this.means;
    let next = 0;
    let payload = 0;
    let began = now();
    while (!stop.aborted && next < events) {
      const due = Math.min(events, Math.ceil(((now() - began) * rate) / 1_000));
      if (this.ready.length + this.resting >= backlog) began = now() - (next * 1_000) / rate;
      else
        for (; next < due && this.ready.length + this.resting < backlog; payload += 1) {
          const count = payloadCount(this.plan, next, events - next);
          this.ready.push({ payload, first: next, count, attempt: 0, firstSentAt: 0, last: null });
          next += count;
          this.progress.events += count;
        }
      this.start();
      await this.tick();
    }
    while (this.ready.length + this.resting + this.attempts.size > 0) {
      this.start();
      await this.tick();
    }
    await this.means.record({ kind: 'end', t1: now() });
  }

  private start(): void {
    while (this.ready.length > 0 && this.attempts.size < this.settings.inFlight) {
      const item = this.ready.shift();
      if (!item) return;
      const attempt = this.attempt(item)
        .catch((error: unknown) => {
          this.failure ??= error instanceof Error ? error : new Error(String(error));
        })
        .finally(() => {
          this.attempts.delete(attempt);
        });
      this.attempts.add(attempt);
    }
  }

  private async tick(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    if (this.failure) throw this.failure;
  }

  private async attempt(item: Item): Promise<void> {
    const { record, send, now } = this.means;
    const { payload, first, count } = item;
    const planned = plannedPayload(this.plan, first, count);
    item.attempt += 1;
    const t0 = now();
    if (item.attempt === 1) item.firstSentAt = t0;
    await record({
      ...{ kind: 'intent', payload, attempt: item.attempt, t0, first, count },
      ...(item.attempt === 1 ? { sha256: sha256Of(planned), events: this.eventsOf(first, count) } : {}),
    });
    this.progress.inFlight += 1;
    const { status, code, retryAfterMs } = await send(planned);
    this.progress.inFlight -= 1;
    await record({ kind: 'outcome', payload, attempt: item.attempt, t1: now(), status, code });
    this.settle(item, status);
    if (status === 'ok' || status === 'rejected') return;
    if (now() - item.firstSentAt > this.settings.giveUpMs) {
      this.progress.givenUp += count;
      await record({ kind: 'given up', payload, t1: now() });
      return;
    }
    this.again(item, retryAfterMs);
  }

  private again(item: Item, retryAfterMs: number | null): void {
    const own = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(10, item.attempt - 1));
    const pause = Math.min(LONGEST_PAUSE_MS, Math.max(own, retryAfterMs ?? 0));
    this.resting += 1;
    setTimeout(() => {
      this.resting -= 1;
      this.ready.unshift(item);
    }, pause);
  }

  private settle(item: Item, status: Answer['status']): void {
    const { progress } = this;
    if (item.last !== null) progress[item.last] -= item.count;
    item.last = status === 'refused' || status === 'unknown' ? status : null;
    progress[status === 'ok' ? 'accepted' : status] += item.count;
  }

  private eventsOf(first: number, count: number): readonly (readonly [number, string, PlannedClass])[] {
    return Array.from({ length: count }, (_none, index) => {
      const { seq, id, class: name } = plannedEvent(this.plan, first + index);
      return [seq, id, name] as const;
    });
  }
}

type PlannedClass = ReturnType<typeof plannedEvent>['class'];

const sha256Of = ({ body, target }: PlannedPayload): string =>
  createHash('sha256')
    .update(body ?? target)
    .digest('hex');
