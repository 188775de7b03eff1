import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  collect,
  resolveAlias,
  routeOf,
  sizeViolation,
  splitTarget,
  type Collected,
  type CollectionPolicy,
} from '@headwater/collection';
import { topics } from '@headwater/contracts';
import { ServiceError } from '@headwater/stage';
import type { Logger } from '@headwater/service-kit';
import type { Answer, Answers, OriginAnswers } from './answers';
import type { CollectorMetrics, RequestKind } from './collector-metrics';
import type { PayloadWriter } from './payload-writer';
import type { BodyReader, Received } from './read-body';
import type { RequestCounts } from './request-counts';

export interface TrackingParts {
  readonly policy: CollectionPolicy;
  /** Largest body that is kept, bytes: named in the failed event of a larger one. */
  readonly maxBodyBytes: number;
  readonly bodies: BodyReader;
  readonly answers: Answers;
  readonly writer: PayloadWriter;
  readonly counts: RequestCounts;
  readonly metrics: CollectorMetrics;
  readonly log: Logger;
}

/** Least time between two log lines about an outage, milliseconds: thousands of requests meet the same one. */
const QUIET_MS = 10_000;

/** A tracking request on its way. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly kind: RequestKind;
  readonly path: string;
  readonly querystring: string | null;
}

/**
 * The tracking routes, straight on node:http: below Fastify and Nest, whose routing, parsing and pipes cost more than
 * all that happens here. One request makes one record, and is answered when the broker has it.
 */
export class TrackingRoutes {
  private inFlight = 0;
  private draining = false;
  private complainedAt = 0;
  private becameIdle: (() => void) | null = null;

  constructor(private readonly parts: TrackingParts) {}

  /** Tracking requests that are being received, or wait for the broker. */
  get inFlightRequests(): number {
    return this.inFlight;
  }

  /** Answers a tracking request. False: it is for a page, and nothing was done with it. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const { path, querystring } = splitTarget(request.url ?? '');
    const route = routeOf(request.method ?? '', path);
    switch (route) {
      case 'post': {
        const exchange: Exchange = { request, response, kind: 'post', path, querystring };
        this.inFlight += 1;
        this.parts.bodies.read(request, (received) => {
          this.received(exchange, received);
        });
        return true;
      }
      case 'pixel':
        this.inFlight += 1;
        this.keep({ request, response, kind: 'pixel', path: resolveAlias(path), querystring }, null);
        return true;
      case 'page':
        return false;
      case 'preflight':
        this.send(request, response, 'preflight', this.answersTo(request).preflight);
        return true;
      case 'redirect':
        this.send(request, response, 'other', this.answersTo(request).noRedirects);
        return true;
      case 'nowhere':
        this.send(request, response, 'other', this.answersTo(request).nowhere);
        return true;
      case 'method-not-allowed':
        this.send(request, response, 'other', this.answersTo(request).methodNotAllowed);
        return true;
    }
  }

  /** From now on every answer ends its connection, so that clients turn to another collector. */
  startDraining(): void {
    this.draining = true;
  }

  /** Resolves when no tracking request is under way. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.inFlight === 0) resolve();
      else this.becameIdle = resolve;
    });
  }

  private received(exchange: Exchange, received: Received): void {
    const answers = this.answersTo(exchange.request);
    switch (received.kind) {
      case 'complete':
        this.keep(exchange, received.body);
        return;
      case 'oversize':
        this.refuseSize(exchange, received.bytes);
        return;
      case 'refused':
        this.finish(exchange, Date.now(), answers.tooLarge, null, !received.all);
        return;
      case 'crowded':
        this.finish(exchange, Date.now(), answers.unavailable);
        return;
      case 'unreadable':
        this.finish(exchange, Date.now(), answers.unreadable);
        return;
      case 'unsupported':
        this.finish(exchange, Date.now(), answers.unsupported);
        return;
      case 'aborted':
        this.parts.metrics.answered(exchange.kind, 499);
        this.parts.counts.at(Date.now()).answered(499);
        this.leave();
        return;
    }
  }

  private keep(exchange: Exchange, body: Buffer | null): void {
    const { request, path, querystring, kind } = exchange;
    const now = Date.now();
    try {
      const collected = collect(
        {
          method: kind === 'post' ? 'POST' : 'GET',
          path,
          querystring,
          headers: request.headers,
          body,
          socketAddress: request.socket.remoteAddress,
        },
        this.parts.policy,
        { now, payloadId: randomUUID(), newId: randomUUID },
      );
      this.write(exchange, now, collected);
    } catch (error) {
      this.fail(exchange, now, error);
    }
  }

  private refuseSize(exchange: Exchange, bytes: number): void {
    const { path, request } = exchange;
    const { policy, maxBodyBytes } = this.parts;
    const now = Date.now();
    const circumstances = { now, payloadId: randomUUID() };
    const event = sizeViolation(
      { path, headers: request.headers },
      policy.processor,
      circumstances,
      bytes,
      maxBodyBytes,
    );
    this.write(exchange, now, { kind: 'failed', event, setCookie: null });
  }

  private write(exchange: Exchange, now: number, collected: Collected): void {
    const { writer } = this.parts;
    const written =
      collected.kind === 'ok'
        ? writer.write(topics.collectorPayloads, collected.payload)
        : writer.write(topics.failedEvents, collected.event);
    written.then(
      () => {
        this.accepted(exchange, now, collected);
      },
      (error: unknown) => {
        this.fail(exchange, now, error);
      },
    );
  }

  private accepted(exchange: Exchange, now: number, collected: Collected): void {
    const { counts, metrics } = this.parts;
    const delayMs = Date.now() - now;
    const tally = counts.at(now);
    if (collected.kind === 'ok') tally.written(delayMs);
    else tally.failedAs(collected.event.failure_type ?? 'unknown');
    metrics.acknowledged(delayMs);
    const answers = this.answersTo(exchange.request);
    this.finish(exchange, now, exchange.kind === 'post' ? answers.ok : answers.pixel, collected.setCookie);
  }

  /** Nothing is accepted: an outage is answered 503, a defect of ours 500, and trackers keep the events for both. */
  private fail(exchange: Exchange, now: number, error: unknown): void {
    const answers = this.answersTo(exchange.request);
    const outage = error instanceof ServiceError && error.retriable;
    if (now - this.complainedAt >= QUIET_MS) {
      this.complainedAt = now;
      if (outage)
        this.parts.log.warn(
          { code: error.code },
          `Requests are answered 503, trackers keep their events: ${error.message}`,
        );
      else
        this.parts.log.error(
          placeOf(error),
          'A request was answered 500 because of a defect of the collector. Trackers keep its events; please report this.',
        );
    }
    this.finish(exchange, now, outage ? answers.unavailable : answers.broken);
  }

  private finish(
    { request, response, kind }: Exchange,
    now: number,
    answer: Answer,
    setCookie: string | null = null,
    close = false,
  ): void {
    this.parts.counts.at(now).answered(answer.code);
    this.send(request, response, kind, answer, setCookie, close);
    this.leave();
  }

  private send(
    request: IncomingMessage,
    response: ServerResponse,
    kind: RequestKind,
    { code, headers, body }: Answer,
    setCookie: string | null = null,
    close = false,
  ): void {
    this.parts.metrics.answered(kind, code);
    if (setCookie === null && !close && !this.draining) response.writeHead(code, headers);
    else
      response.writeHead(code, [
        ...headers,
        ...(setCookie === null ? [] : ['Set-Cookie', setCookie]),
        ...(close || this.draining ? ['Connection', 'close'] : []),
      ]);
    response.end(body);
  }

  private leave(): void {
    this.inFlight -= 1;
    if (this.inFlight === 0) this.becameIdle?.();
  }

  private answersTo(request: IncomingMessage): OriginAnswers {
    return this.parts.answers.to(request.headers.origin);
  }
}

/** Where a defect showed, without its message: that may quote what a visitor sent. */
function placeOf(error: unknown): { readonly error: string; readonly at: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  return { error: error.name, at: frames.map((line) => line.trim()) };
}
