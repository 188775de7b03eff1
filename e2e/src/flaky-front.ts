import {
  createServer,
  request as forward,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a front does to the first requests that carry events; later ones pass. */
export type Fault =
  /** Nothing listens, for some seconds. */
  | 'down'
  /** The answer is 503, and the collector never sees the events. */
  | '503'
  /** The events reach the collector, the answer comes after the tracker has given up. */
  | 'slow'
  /** The events reach the collector, and the connection is reset in place of its answer. */
  | 'reset';

export const faults: readonly Fault[] = ['down', '503', 'slow', 'reset'];

const DOWN_MS = 4_000;
/** Longer than any tracker of these tests waits for an answer. */
const SLOW_MS = 8_000;
const FAULTY_REQUESTS = 2;

/** A collector's address at which something goes wrong for a while, as at a load balancer's. */
export class FlakyFront {
  /** Requests with events that met the fault. */
  met = 0;
  private readonly sockets = new Set<Socket>();
  private stopped = false;

  private constructor(
    private readonly target: URL,
    private readonly fault: Fault,
    private readonly server: Server,
  ) {
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.handle(request, response);
    });
  }

  static async start(collectorUrl: string, fault: Fault): Promise<FlakyFront> {
    const server = createServer();
    const front = new FlakyFront(new URL(collectorUrl), fault, server);
    await listen(server, 0);
    if (fault === 'down') {
      front.port = (server.address() as AddressInfo).port;
      await new Promise((resolve) => server.close(resolve));
      void front.comeUpLater();
    } else front.port = (server.address() as AddressInfo).port;
    return front;
  }

  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const socket of this.sockets) socket.destroy();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  private async comeUpLater(): Promise<void> {
    await sleep(DOWN_MS);
    if (!this.stopped) await listen(this.server, this.port);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const isFaulty = this.fault !== 'down' && request.method !== 'OPTIONS' && this.met < FAULTY_REQUESTS;
    if (isFaulty) this.met += 1;
    if (isFaulty && this.fault === '503') {
      // The headers that let a browser read it are those of the collector.
      const { headers } = await this.ask(request, null);
      response.writeHead(503, {
        'access-control-allow-origin': headers['access-control-allow-origin'] ?? '*',
        'access-control-allow-credentials': 'true',
        'content-length': '0',
      });
      response.end();
      return;
    }
    const answer = await this.ask(request, body);
    if (isFaulty && this.fault === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (isFaulty && this.fault === 'slow') await sleep(SLOW_MS);
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }

  /** Asks the collector the same; without a body, whether it would be allowed to. */
  private ask(
    { method, url, headers }: IncomingMessage,
    body: Buffer | null,
  ): Promise<{
    readonly status: number;
    readonly headers: IncomingMessage['headers'];
    readonly body: Buffer;
  }> {
    return new Promise((resolve, reject) => {
      const rest = { ...headers, host: this.target.host };
      const asked = forward(
        new URL(url ?? '/', this.target),
        body === null
          ? { method: 'OPTIONS', headers: { origin: headers.origin ?? 'http://127.0.0.1' } }
          : { method, headers: rest },
        (answer) => {
          void bodyOf(answer).then((bytes) => {
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes });
          });
        },
      );
      asked.on('error', reject);
      asked.end(body ?? undefined);
    });
  }
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
