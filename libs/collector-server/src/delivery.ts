import { setImmediate as nextTurn } from 'node:timers/promises';
import { NO_COOKIES, type Collected, type SetCookies } from '@headwater/collection';
import { topics, type CollectorPayload, type FailedEvent } from '@headwater/contracts';
import type { Logger } from '@headwater/service-kit';
import { ServiceError, type DropReason } from '@headwater/stage';
import type { Answer } from './answers';
import type { CollectorMetrics, LostLink } from './collector-metrics';
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
  /** Told of each request of which nothing is written, on purpose; null: nobody is. */
  readonly onDropped: ((reason: DropReason) => void) | null;
  readonly log: Logger;
}

/** Least time between two log lines about an outage, milliseconds: thousands of requests meet the same one. */
const QUIET_MS = 10_000;

const CAUSES: Readonly<Record<LostLink, string>> = {
  rate: 'their app sends more requests than its limit in the app registry',
  outage: 'they could not be stored now',
  defect: 'the collector failed on them',
};

type Complaint = 'refused' | LostLink;

type Written = Extract<Collected, { kind: 'ok' | 'failed' }>;

/** Writes what was made of a request, counts it, and answers once the broker has all of it. */
export class Delivery {
  private readonly complainedAt = new Map<Complaint, number>();

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
    this.parts.onDropped?.(reason);
    this.parts.responder.finish(exchange, now, answer);
  }

  /** A failed event that stands for a whole request. In strict mode its sender is told instead. */
  fail(exchange: Exchange, now: number, event: FailedEvent, { strict = false, close = false } = {}): void {
    const { judge } = this.parts;
    const failed: Written = { kind: 'failed', event, setCookies: [] };
    if (strict && judge !== null) void this.judged(judge, exchange, now, failed, close);
    else this.writeOne(exchange, now, failed, close);
  }

  /** The app sends too much: it is to come again after so many seconds. */
  limit(exchange: Exchange, now: number, seconds: number): void {
    const { responder } = this.parts;
    if (exchange.location === null)
      responder.finish(exchange, now, responder.answersTo(exchange.request).limited(seconds));
    else this.lose(exchange, now, exchange.location, 'rate');
  }

  /**
   * Nothing is accepted: an outage is answered 503, a defect of ours 500, and trackers keep the events for both. Whoever
   * follows a link is no tracker: they get to its target, and the event is lost.
   */
  refuse(exchange: Exchange, now: number, error: unknown): void {
    const { responder, log } = this.parts;
    const answers = responder.answersTo(exchange.request);
    const outage = error instanceof ServiceError && error.retriable;
    if (this.mayComplain('refused', now)) {
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
    if (exchange.location !== null) this.lose(exchange, now, exchange.location, outage ? 'outage' : 'defect');
    else responder.finish(exchange, now, outage ? answers.unavailable : answers.broken);
  }

  /** A link is followed although its event cannot be taken. */
  private lose(exchange: Exchange, now: number, location: string, reason: LostLink): void {
    const { responder, metrics, log } = this.parts;
    metrics.lostLink(reason);
    if (this.mayComplain(reason, now))
      log.warn(
        { reason },
        `Links are followed and their events are lost: ${CAUSES[reason]}. headwater_collector_lost_links_total counts them.`,
      );
    responder.finish(exchange, now, responder.answersTo(exchange.request).goTo(location));
  }

  private mayComplain(about: Complaint, now: number): boolean {
    const last = this.complainedAt.get(about);
    if (last !== undefined && now - last < QUIET_MS) return false;
    this.complainedAt.set(about, now);
    return true;
  }

  private async judged(
    judge: StrictJudge,
    exchange: Exchange,
    now: number,
    collected: Exclude<Collected, { kind: 'bounced' }>,
    close = false,
  ): Promise<void> {
    const { responder } = this.parts;
    try {
      const refusal = refusalOf(await verdictOn(judge, collected));
      if (refusal === null) this.write(exchange, now, collected);
      else {
        const { code, document } = refusal;
        const answer = responder.answersTo(exchange.request).json(code, document);
        responder.finish(exchange, now, answer, NO_COOKIES, close);
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
   * The first one that it refuses ends the writing, and failed events wait until all else is stored. Others have their
   * turn between two parts.
   */
  private async writeAll(
    exchange: Exchange,
    now: number,
    { parts, setCookies }: Extract<Collected, { kind: 'split' }>,
  ): Promise<void> {
    const writing = new Writing();
    const failed: FailedEvent[] = [];
    try {
      for (const part of parts) {
        if (writing.refusal !== null) break;
        if (part.kind === 'ok') writing.add(this.writePart(now, part.payload));
        else failed.push(part.event);
        await nextTurn();
      }
    } catch (reason) {
      writing.refusal ??= { reason };
    }
    await writing.settled();
    for (const event of failed) if (writing.refusal === null) writing.add(this.writeFailed(now, event));
    await writing.settled();
    if (writing.refusal === null) this.answer(exchange, now, setCookies, false);
    else this.refuse(exchange, now, writing.refusal.reason);
  }

  private async writePart(now: number, payload: CollectorPayload): Promise<void> {
    await this.parts.writer.write(topics.collectorPayloads, payload);
    this.count(now, null);
  }

  private async writeFailed(now: number, event: FailedEvent): Promise<void> {
    await this.parts.writer.write(topics.failedEvents, event);
    this.count(now, event);
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

/** Records on their way to the broker, and the first refusal of one. */
class Writing {
  refusal: { readonly reason: unknown } | null = null;
  private readonly writes: Promise<void>[] = [];

  add(write: Promise<void>): void {
    this.writes.push(
      write.catch((reason: unknown) => {
        this.refusal ??= { reason };
      }),
    );
  }

  async settled(): Promise<void> {
    await Promise.all(this.writes);
  }
}

/** Where a defect showed, without its message: that may quote what a visitor sent. */
function placeOf(error: unknown): { readonly error: string; readonly at: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  return { error: error.name, at: frames.map((line) => line.trim()) };
}
