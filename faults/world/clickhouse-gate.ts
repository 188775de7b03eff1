import { once } from 'node:events';
import {
  createServer,
  request as forward,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK } from '@headwater/stack';

/**
 * Where an insert stands when it is held: nothing of it has reached ClickHouse; half of its bytes have; or it is stored, and
 * the answer has not reached the loader.
 */
export type Window = 'before' | 'midway' | 'after';
export const windows: readonly Window[] = ['before', 'midway', 'after'];

interface Hold {
  readonly window: Window;
  readonly held: () => void;
}

/**
 * Stands between one loader and ClickHouse, and can stop an insert of events at an exact place: the windows in which a crash
 * costs most are met on purpose, and the loader needs no hook for it.
 */
export class ClickHouseGate {
  private hold: Hold | null = null;

  private constructor(
    private readonly upstream: URL,
    private readonly server: Server,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.pass(request, response).catch(() => {
        response.destroy();
      });
    });
  }

  static async start(upstream: string): Promise<ClickHouseGate> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    const gate = new ClickHouseGate(new URL(upstream), server);
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    return gate;
  }

  get url(): string {
    return `http://${LOOPBACK}:${String((this.server.address() as AddressInfo).port)}`;
  }

  /**
   * Holds the next insert of events until its sender is gone. Answers true as soon as one is held,
   * false when none came in time.
   */
  async holdNext(window: Window, withinMs: number): Promise<boolean> {
    const held = new Promise<true>((resolve) => {
      this.hold = {
        window,
        held: () => {
          resolve(true);
        },
      };
    });
    const found = await Promise.race([held, sleep(withinMs, false, { ref: false })]);
    this.hold = null;
    return found;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hold = isInsertOfEvents(request) ? this.hold : null;
    if (hold) this.hold = null;
    const body = await buffer(request);
    if (hold?.window === 'before') return untilGone(response, hold);

    const upstream = forward(this.upstream, {
      method: request.method,
      path: request.url,
      headers: { ...request.headers, host: this.upstream.host },
      agent: false,
    });
    const gone = (): void => void upstream.destroy();
    response.on('close', gone);
    upstream.on('error', () => response.destroy());
    if (hold?.window === 'midway') {
      upstream.flushHeaders();
      upstream.write(body.subarray(0, Math.floor(body.length / 2)));
      return untilGone(response, hold);
    }
    upstream.end(body);
    const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
    const said = await buffer(answer);
    if (hold) return untilGone(response, hold);
    response.off('close', gone);
    response.writeHead(answer.statusCode ?? 502, withLength(answer.headers, said.length)).end(said);
  }
}

const isInsertOfEvents = ({ url }: IncomingMessage): boolean =>
  /[?&]query=INSERT(?:\+|%20)INTO(?:\+|%20)(?:%60\w+%60\.)?%60events_stored%60/i.test(url ?? '');

/** The request stays open until whoever sent it has gone. */
async function untilGone(response: ServerResponse, { held }: Hold): Promise<void> {
  held();
  if (!response.closed) await once(response, 'close');
}

/** The answer is passed on as a whole, whatever pieces it came in. */
function withLength(headers: IncomingHttpHeaders, length: number): OutgoingHttpHeaders {
  const own: OutgoingHttpHeaders = { ...headers, 'content-length': length };
  delete own['transfer-encoding'];
  return own;
}
