import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Collected, Part, SetCookies } from '@headwater/collection';
import { topics, type FailedEvent } from '@headwater/contracts';
import type { Logger } from '@headwater/service-kit';
import { ServiceError, type DropReason } from '@headwater/stage';
import type { Answer } from './answers';
import type { CollectorMetrics } from './collector-metrics';
import type { Exchange, Responder } from './exchange';
import type { PayloadWriter } from './payload-writer';
import type { RequestCounts } from './request-counts';
import { refusalOf, verdictOn, type StrictJudge } from './strict';

export interface DeliveryParts {
  readonly writer: PayloadWriter;
  readonly counts: RequestCounts;
  readonly metrics: CollectorMetrics;
  readonly responder: Responder;
  /** Judges events before the answer; null: there is no strict mode. */
  readonly judge: StrictJudge | null;
  readonly log: Logger;
}

/** Least time between two log lines about an outage, milliseconds: thousands of requests meet the same one. */
const QUIET_MS = 10_000;

type Written = Extract<Collected, { kind: 'ok' | 'failed' }>;

/** Writes what was made of a request, counts it, and answers once the broker has all of it. */
export class Delivery {
  private complainedAt = 0;

  constructor(private readonly parts: DeliveryParts) {}

  /** @param strict whether bad events are refused instead of written */
  deliver(exchange: Exchange, now: number, collected: Collected, strict: boolean): void {
    const { responder, judge } = this.parts;
    if (collected.kind === 'bounced')
      responder.finish(
        exchange,
        now,
        responder.answersTo(exchange.request).goTo(collected.location),
        collected.setCookies,
      );
    else if (strict && judge !== null) void this.judged(judge, exchange, now, collected);
    else this.write(exchange, now, collected);
  }

  /** A request of which nothing is written, on purpose. */
  drop(exchange: Exchange, now: number, reason: DropReason, answer: Answer): void {
    this.parts.counts.at(now).dropped(reason);
    this.parts.responder.finish(exchange, now, answer);
  }

  /** A failed event that stands for a whole request. */
  fail(exchange: Exchange, now: number, event: FailedEvent, close = false): void {
    this.writeOne(exchange, now, { kind: 'failed', event, setCookies: [] }, close);
  }

  /** Nothing is accepted: an outage is answered 503, a defect of ours 500, and trackers keep the events for both. */
  refuse(exchange: Exchange, now: number, error: unknown): void {
    const { responder, log } = this.parts;
    const answers = responder.answersTo(exchange.request);
    const outage = error instanceof ServiceError && error.retriable;
    if (now - this.complainedAt >= QUIET_MS) {
      this.complainedAt = now;
      if (outage)
        log.warn(
          { code: error.code },
          `Requests are answered 503, trackers keep their events: ${error.message}`,
        );
      else
        log.error(
          placeOf(error),
          'A request was answered 500 because of a defect of the collector. Trackers keep its events; please report this.',
        );
    }
    responder.finish(exchange, now, outage ? answers.unavailable : answers.broken);
  }

  private async judged(
    judge: StrictJudge,
    exchange: Exchange,
    now: number,
    collected: Exclude<Collected, { kind: 'bounced' }>,
  ): Promise<void> {
    const { responder } = this.parts;
    try {
      const refusal = refusalOf(await verdictOn(judge, collected));
      if (refusal === null) this.write(exchange, now, collected);
      else {
        const { code, document } = refusal;
        responder.finish(exchange, now, responder.answersTo(exchange.request).json(code, document));
      }
    } catch (error) {
      this.refuse(exchange, now, error);
    }
  }

  private write(exchange: Exchange, now: number, collected: Exclude<Collected, { kind: 'bounced' }>): void {
    if (collected.kind === 'split') void this.writeAll(exchange, now, collected);
    else this.writeOne(exchange, now, collected);
  }

  private writeOne(exchange: Exchange, now: number, collected: Written, close = false): void {
    const { writer } = this.parts;
    const written =
      collected.kind === 'ok'
        ? writer.write(topics.collectorPayloads, collected.payload)
        : writer.write(topics.failedEvents, collected.event);
    written.then(
      () => {
        this.count(now, collected.kind === 'ok' ? null : collected.event);
        this.answer(exchange, now, collected.setCookies, close);
      },
      (error: unknown) => {
        this.refuse(exchange, now, error);
      },
    );
  }

  /**
   * All parts or none: a part that the broker has of a refused request comes again, and its events are told by their ids.
   * Others have their turn between two parts.
   */
  private async writeAll(
    exchange: Exchange,
    now: number,
    { parts, setCookies }: Extract<Collected, { kind: 'split' }>,
  ): Promise<void> {
    const writes: Promise<void>[] = [];
    let defect: { readonly reason: unknown } | null = null;
    try {
      for (const part of parts) {
        const written = this.writePart(now, part);
        written.catch(() => undefined); // heard below
        writes.push(written);
        await nextTurn();
      }
    } catch (reason) {
      defect = { reason };
    }
    const results = await Promise.allSettled(writes);
    const refused = defect ?? results.find((result) => result.status === 'rejected');
    if (refused) this.refuse(exchange, now, refused.reason);
    else this.answer(exchange, now, setCookies, false);
  }

  private async writePart(now: number, part: Part): Promise<void> {
    const { writer } = this.parts;
    if (part.kind === 'ok') await writer.write(topics.collectorPayloads, part.payload);
    else await writer.write(topics.failedEvents, part.event);
    this.count(now, part.kind === 'ok' ? null : part.event);
  }

  private count(now: number, event: FailedEvent | null): void {
    const { counts, metrics } = this.parts;
    const delayMs = Date.now() - now;
    const tally = counts.at(now);
    if (event === null) tally.written(delayMs);
    else tally.failedAs(event.failure_type ?? 'unknown');
    metrics.acknowledged(delayMs);
  }

  private answer(exchange: Exchange, now: number, setCookies: SetCookies, close: boolean): void {
    const { responder } = this.parts;
    responder.finish(exchange, now, responder.done(exchange), setCookies, close);
  }
}

/** Where a defect showed, without its message: that may quote what a visitor sent. */
function placeOf(error: unknown): { readonly error: string; readonly at: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  return { error: error.name, at: frames.map((line) => line.trim()) };
}
