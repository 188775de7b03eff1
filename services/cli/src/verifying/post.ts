import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { PlannedPayload, Status } from '@headwater/verification';

/** What came of a request. */
export interface Answer {
  readonly status: Status;
  /** HTTP status, or the code of the error. */
  readonly code: number | string;
  /** What the answer asks to wait, milliseconds. */
  readonly retryAfterMs: number | null;
}

/** Errors that say that nobody took the connection, so the request never left. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/** Sends payloads over connections that are kept, and never says more of their fate than is known. */
export class Sender {
  private readonly agent: HttpAgent | HttpsAgent;
  private readonly request: typeof httpRequest;

  constructor(
    private readonly collector: URL,
    connections: number,
    private readonly timeoutMs: number,
  ) {
    const isTls = collector.protocol === 'https:';
    const settings = { keepAlive: true, maxSockets: connections, scheduling: 'lifo' } as const;
    this.agent = isTls ? new HttpsAgent(settings) : new HttpAgent(settings);
    this.request = isTls ? httpsRequest : httpRequest;
  }

  /** Never throws: what went wrong is part of the answer. */
  send({ method, target, headers, body }: PlannedPayload): Promise<Answer> {
    const base = this.collector.pathname.replace(/\/+$/, '');
    return new Promise((resolve) => {
      const outgoing = this.request(
        {
          protocol: this.collector.protocol,
          // A URL has an IPv6 address in brackets, and a connection has it without.
          hostname: this.collector.hostname.replace(/^\[(.*)\]$/, '$1'),
          port: this.collector.port,
          path: base + target,
          method,
          agent: this.agent,
          headers: {
            ...headers,
            ...(body === null ? {} : { 'content-length': Buffer.byteLength(body) }),
          },
        },
        (incoming) => {
          const code = incoming.statusCode ?? 0;
          const retryAfter = Number(incoming.headers['retry-after']);
          // The status is the promise; an answer that is torn after it takes nothing back.
          resolve({
            status: statusOf(code),
            code,
            retryAfterMs: Number.isFinite(retryAfter) ? retryAfter * 1_000 : null,
          });
          incoming.on('error', () => undefined);
          incoming.resume();
        },
      );
      const timer = setTimeout(() => {
        outgoing.destroy(Object.assign(new Error('no answer in time'), { code: 'TIMEOUT' }));
      }, this.timeoutMs);
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        const code = error.code ?? error.name;
        resolve({ status: NOT_CONNECTED.has(code) ? 'refused' : 'unknown', code, retryAfterMs: null });
      });
      outgoing.on('close', () => {
        clearTimeout(timer);
      });
      outgoing.end(body ?? undefined);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

/** @param code HTTP status */
export function statusOf(code: number): Status {
  if (code === 200) return 'ok';
  // 429 and 503 say "not now"; trackers send again.
  if (code === 503 || code === 429) return 'refused';
  // A proxy that lost its collector, and a collector that broke, say nothing of what was stored before.
  if (code >= 500 || code === 408) return 'unknown';
  return 'rejected';
}
