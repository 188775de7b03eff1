import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A registry that can be taken away: forwards to the real one, or drops every connection. */
export class HttpGate {
  open = true;
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(target: string): Promise<HttpGate> {
    const to = new URL(target);
    const server = createServer((incoming, outgoing) => {
      if (!gate.open) {
        incoming.socket.destroy();
        return;
      }
      const forwarded = request(
        {
          host: to.hostname,
          port: to.port,
          path: incoming.url,
          method: incoming.method,
          headers: incoming.headers,
        },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      forwarded.on('error', () => outgoing.destroy());
      incoming.pipe(forwarded);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const gate = new HttpGate(server, `http://127.0.0.1:${String(port)}${to.pathname}`);
    return gate;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
