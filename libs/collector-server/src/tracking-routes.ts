import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  admissionFailure,
  appInQuery,
  collect,
  encodingViolation,
  inflationViolation,
  redirectTarget,
  routeOf,
  sizeViolation,
  splitTarget,
  type Aliases,
  type CollectionPolicy,
  type Moment,
  type RequestOutline,
} from '@headwater/collection';
import type { FailedEvent } from '@headwater/contracts';
import type { Delivery } from './delivery';
import type { Exchange, Responder } from './exchange';
import type { Gate, Passage } from './gate';
import type { BodyReader, Received } from './read-body';

export interface TrackingParts {
  readonly policy: CollectionPolicy;
  readonly aliases: Aliases;
  /** Hosts that links may lead to; null: links are not followed. */
  readonly redirectHosts: ReadonlySet<string> | null;
  readonly limits: { readonly dropBytes: number; readonly maxInflation: number };
  /** Whether any request may ask for strict mode. */
  readonly strictByHeader: boolean;
  readonly gate: Gate;
  readonly bodies: BodyReader;
  readonly delivery: Delivery;
  readonly responder: Responder;
}

type Open = Extract<Passage, { kind: 'open' }>;

/**
 * The tracking routes, straight on node:http: below Fastify and Nest, whose routing, parsing and pipes cost more than
 * all that happens here. One request makes one record, and is answered when the broker has it.
 */
export class TrackingRoutes {
  constructor(private readonly parts: TrackingParts) {}

  /** Answers a tracking request. False: it is for a page, and nothing was done with it. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const { responder, aliases } = this.parts;
    const { path: askedPath, querystring } = splitTarget(request.url ?? '');
    const alias = aliases.get(askedPath);
    const path = alias === undefined ? askedPath : alias.path;
    const pathApp = alias === undefined ? null : alias.app;
    switch (routeOf(request.method ?? '', path)) {
      case 'post':
        this.take({ request, response, kind: 'post', path, askedPath, querystring, pathApp, location: null });
        return true;
      case 'pixel':
        this.take({
          request,
          response,
          kind: 'pixel',
          path,
          askedPath,
          querystring,
          pathApp,
          location: null,
        });
        return true;
      case 'redirect':
        this.follow({
          request,
          response,
          kind: 'redirect',
          path,
          askedPath,
          querystring,
          pathApp,
          location: null,
        });
        return true;
      case 'page':
        return false;
      case 'preflight':
        responder.send(request, response, 'preflight', responder.answersTo(request).preflight);
        return true;
      case 'nowhere':
        responder.send(request, response, 'other', responder.answersTo(request).nowhere);
        return true;
      case 'method-not-allowed':
        responder.send(request, response, 'other', responder.answersTo(request).methodNotAllowed);
        return true;
    }
  }

  /** A link: only to where it may lead, and only then is it an event. */
  private follow(exchange: Exchange): void {
    const { responder, redirectHosts } = this.parts;
    const { request, response, querystring } = exchange;
    const answers = responder.answersTo(request);
    if (redirectHosts === null) {
      responder.send(request, response, 'other', answers.noRedirects);
      return;
    }
    const location = redirectTarget(querystring, redirectHosts);
    if (location === null) responder.send(request, response, 'other', answers.badLink);
    else this.take({ ...exchange, location });
  }

  /** What headers and query string tell is decided before the body is read. */
  private take(exchange: Exchange): void {
    const { gate, responder, delivery, bodies } = this.parts;
    const { request, querystring, pathApp } = exchange;
    const now = Date.now();
    responder.begin();
    const passage = gate.pass({ headers: request.headers, querystring, pathApp }, now);
    switch (passage.kind) {
      case 'open':
        if (exchange.kind === 'post')
          bodies.read(request, (received) => {
            this.received(exchange, passage, received);
          });
        else this.keep(exchange, passage, null);
        return;
      case 'dropped': {
        const answer = passage.rejected ? responder.answersTo(request).forbidden : responder.done(exchange);
        delivery.drop(exchange, now, passage.reason, answer);
        return;
      }
      case 'failed':
        this.fail(exchange, passage.app, {}, (outline, moment) =>
          admissionFailure(outline, this.parts.policy.processor, moment, passage.problem),
        );
        return;
      case 'limited':
        delivery.limit(exchange, now, passage.seconds);
        return;
    }
  }

  private received(exchange: Exchange, passage: Open, received: Received): void {
    const { responder, limits, policy } = this.parts;
    const { processor } = policy;
    const app = passage.app?.id ?? null;
    const strict = this.isStrict(exchange.request, passage.app);
    switch (received.kind) {
      case 'complete':
        this.keep(exchange, passage, received.body);
        return;
      case 'oversize':
        this.fail(exchange, app, { strict, close: !received.all }, (outline, moment) =>
          sizeViolation(outline, processor, moment, {
            actualBytes: received.bytes,
            maximumBytes: limits.dropBytes,
          }),
        );
        return;
      case 'bomb':
        this.fail(exchange, app, { strict }, (outline, moment) =>
          inflationViolation(outline, processor, moment, {
            bytes: received.bytes,
            timesAtMost: limits.maxInflation,
          }),
        );
        return;
      case 'unreadable':
      case 'unsupported':
        this.fail(exchange, app, { strict }, (outline, moment) =>
          encodingViolation(outline, processor, moment, {
            bytes: received.bytes,
            isRead: received.kind === 'unreadable',
          }),
        );
        return;
      case 'crowded':
        responder.finish(exchange, Date.now(), responder.answersTo(exchange.request).unavailable);
        return;
      case 'aborted':
        responder.abandon(exchange, Date.now());
        return;
    }
  }

  private keep(exchange: Exchange, { app, anonymous }: Open, body: Buffer | null): void {
    const { policy, delivery } = this.parts;
    const { request, path, askedPath, querystring, kind } = exchange;
    const now = Date.now();
    try {
      const collected = collect(
        {
          method: kind === 'post' ? 'POST' : 'GET',
          path,
          askedPath,
          asksFor:
            kind === 'pixel' && request.method === 'GET' ? 'pixel' : kind === 'redirect' ? 'redirect' : 'ok',
          querystring,
          headers: request.headers,
          body,
          socketAddress: request.socket.remoteAddress,
        },
        policy,
        { now, payloadId: randomUUID(), newId: randomUUID, app: app === null ? null : app.id, anonymous },
      );
      delivery.deliver(exchange, now, collected, this.isStrict(request, app));
    } catch (error) {
      delivery.refuse(exchange, now, error);
    }
  }

  /** A failed event for all of a request. */
  private fail(
    exchange: Exchange,
    app: string | null,
    how: { readonly strict?: boolean; readonly close?: boolean },
    eventOf: (outline: RequestOutline, moment: Moment) => FailedEvent,
  ): void {
    const { path, request, querystring } = exchange;
    const now = Date.now();
    const outline = { path, headers: request.headers, app: app ?? appInQuery(querystring) };
    const event = eventOf(outline, { now, payloadId: randomUUID() });
    this.parts.delivery.fail(exchange, now, event, how);
  }

  private isStrict(request: IncomingMessage, app: Open['app']): boolean {
    if (app?.strict === true) return true;
    return this.parts.strictByHeader && request.headers['x-headwater-strict'] === '1';
  }
}
