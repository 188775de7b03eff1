import { Server, type RequestListener } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { CollectorMetrics } from './collector-metrics';
import type { TrackingConfig } from './tracking-config';
import type { Responder } from './exchange';
import type { TrackingRoutes } from './tracking-routes';

/** How often connections are held against their time limits, milliseconds. Node's own 30 s would let a slow one live that long. */
const CHECK_MS = 1_000;
/** How long a drained server waits for the last bytes on their way out, milliseconds. */
const LAST_BYTES_MS = 500;

/** Status that Fastify answers to what is no HTTP request, by the code of Node's error. */
const CLIENT_ERRORS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** The HTTP server of the collector: tracking routes first, and pages (Fastify, Nest) for what is none. */
export class TrackingServer extends Server {
  private routes: TrackingRoutes | null = null;
  private responder: Responder | null = null;

  constructor(connection: TrackingConfig['connection'], pages: RequestListener) {
    super({
      maxHeaderSize: connection.maxHeaderBytes,
      headersTimeout: connection.headersTimeoutMs,
      requestTimeout: connection.requestTimeoutMs,
      keepAliveTimeout: connection.keepAliveTimeoutMs,
      connectionsCheckingInterval: CHECK_MS,
    });
    this.maxRequestsPerSocket = connection.maxRequestsPerSocket;
    this.on('request', (request, response) => {
      if (this.routes?.handle(request, response) !== true) pages(request, response);
    });
  }

  /** Answers tracking requests from now on. Called before anything listens. */
  serve(routes: TrackingRoutes, responder: Responder, metrics: CollectorMetrics): void {
    this.routes = routes;
    this.responder = responder;
    this.on('clientError', ({ code }: NodeJS.ErrnoException) => {
      if (code !== 'ECONNRESET') metrics.answered('broken', CLIENT_ERRORS[code ?? ''] ?? 400);
    });
  }

  /**
   * Stops in order: goes on for `delayMs` so that load balancers see the failed readiness, takes no more connections,
   * finishes the requests that are under way.
   */
  async drain(delayMs: number): Promise<void> {
    this.responder?.startDraining();
    await delay(delayMs);
    const closed = new Promise<void>((resolve) => {
      this.close(() => {
        resolve();
      });
    });
    do {
      await this.responder?.whenIdle();
      await Promise.race([closed, delay(LAST_BYTES_MS)]);
    } while ((this.responder?.inFlightRequests ?? 0) > 0);
    this.closeAllConnections(); // what is left never sent a whole request: nothing of it was accepted
    await closed;
  }
}
