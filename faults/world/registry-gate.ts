import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK } from '@headwater/stack';

/** How a registry may be ill: it answers late, with a 500, or with a page of some proxy instead of its own answer. */
export type Illness = 'slow' | 'failing' | 'foreign';
export const illnesses: readonly Illness[] = ['slow', 'failing', 'foreign'];

const SLOW_MS = 10_000;

/** Stands between the services and the registry. */
export class RegistryGate {
  illness: Illness | null = null;

  private constructor(
    private readonly upstream: string,
    private readonly server: Server,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.pass(request, response).catch(() => response.destroy());
    });
  }

  static async start(upstream: string): Promise<RegistryGate> {
    const server = createServer();
    const gate = new RegistryGate(upstream, server);
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    return gate;
  }

  get url(): string {
    return `http://${LOOPBACK}:${String((this.server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    const asked = await buffer(request);
    if (this.illness === 'slow') await sleep(SLOW_MS);
    if (this.illness === 'failing') {
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error_code":50001}');
      return;
    }
    if (this.illness === 'foreign') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Sign in</body></html>');
      return;
    }
    const answer = await fetch(`${this.upstream}${url}`, {
      method,
      headers: { 'content-type': headers['content-type'] ?? 'application/json' },
      body: asked.length > 0 ? asked : null,
    });
    const body = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('content-type') ?? 'application/json';
    response.writeHead(answer.status, { 'content-type': type }).end(body);
  }
}
