import type { IncomingMessage, ServerResponse } from 'node:http';
import { NO_COOKIES, type SetCookies } from '@headwater/collection';
import type { Answer, Answers, OriginAnswers } from './answers';
import type { CollectorMetrics, RequestKind } from './collector-metrics';
import type { RequestCounts } from './request-counts';

/** A tracking request on its way. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly kind: Extract<RequestKind, 'post' | 'pixel' | 'redirect'>;
  /** Path, aliases resolved. */
  readonly path: string;
  readonly askedPath: string;
  readonly querystring: string | null;
  /** App whose path it came by. */
  readonly pathApp: string | null;
  /** Where a link leads; null: it is none. */
  readonly location: string | null;
}

/** Sends answers, counts them, and knows what is under way. */
export class Responder {
  private inFlight = 0;
  private draining = false;
  private becameIdle: (() => void) | null = null;

  constructor(
    private readonly answers: Answers,
    private readonly counts: RequestCounts,
    private readonly metrics: CollectorMetrics,
  ) {}

  /** Tracking requests that are being received, or wait for the broker. */
  get inFlightRequests(): number {
    return this.inFlight;
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

  answersTo(request: IncomingMessage): OriginAnswers {
    return this.answers.to(request.headers.origin);
  }

  /** What a request is answered whose events are taken care of, in whichever way. */
  done({ request, kind, location }: Exchange): Answer {
    const answers = this.answersTo(request);
    if (kind === 'post') return answers.ok;
    return location === null ? answers.pixel : answers.goTo(location);
  }

  /** A tracking request begins; each one that does ends in `finish` or `abandon`. */
  begin(): void {
    this.inFlight += 1;
  }

  finish(
    { request, response, kind }: Exchange,
    now: number,
    answer: Answer,
    setCookies: SetCookies = NO_COOKIES,
    close = false,
  ): void {
    this.counts.at(now).answered(answer.code);
    this.send(request, response, kind, answer, setCookies, close);
    this.leave();
  }

  /** The client went away before the end of its request. */
  abandon({ kind }: Exchange, now: number): void {
    this.metrics.answered(kind, 499);
    this.counts.at(now).answered(499);
    this.leave();
  }

  send(
    request: IncomingMessage,
    response: ServerResponse,
    kind: RequestKind,
    { code, headers, body }: Answer,
    setCookies: SetCookies = NO_COOKIES,
    close = false,
  ): void {
    this.metrics.answered(kind, code);
    if (setCookies.length === 0 && !close && !this.draining) response.writeHead(code, headers);
    else
      response.writeHead(code, [
        ...headers,
        ...setCookies.flatMap((cookie) => ['Set-Cookie', cookie]),
        ...(close || this.draining ? ['Connection', 'close'] : []),
      ]);
    response.end(body);
  }

  private leave(): void {
    this.inFlight -= 1;
    if (this.inFlight === 0) this.becameIdle?.();
  }
}
