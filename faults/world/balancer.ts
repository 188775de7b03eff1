import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LOOPBACK } from '@headwater/stack';
import { isReady } from './readiness';

const PROBE_INTERVAL_MS = 250;
const PROBE_TIMEOUT_MS = 1_000;
/** As many probes in a row must fail, as Kubernetes has it. */
const FAILURES = 3;

/** A collector behind the balancer. */
export interface Backend {
  readonly url: string;
}

/**
 * What a Kubernetes Service and its readiness probes do for collectors: new connections go in turn to those that are ready.
 * Connections that are open stay where they are, and end with their collector.
 */
export class Balancer {
  private ready: readonly number[] = [];
  private next = 0;
  /** Probes that failed in a row, by port. */
  private readonly failures = new Map<number, number>();
  private readonly sockets = new Set<Socket>();
  private readonly probing: NodeJS.Timeout;

  private constructor(
    private readonly server: Server,
    private readonly backends: () => readonly Backend[],
  ) {
    server.on('connection', (socket) => {
      this.join(socket);
    });
    this.probing = setInterval(() => void this.probe(), PROBE_INTERVAL_MS);
  }

  static async start(backends: () => readonly Backend[]): Promise<Balancer> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    const balancer = new Balancer(server, backends);
    await balancer.probe();
    return balancer;
  }

  get url(): string {
    return `http://${LOOPBACK}:${String((this.server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    clearInterval(this.probing);
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async probe(): Promise<void> {
    const ports = await Promise.all(
      this.backends().map(async ({ url }) => {
        const port = Number(new URL(url).port);
        const failures = (await isReady(url, PROBE_TIMEOUT_MS))
          ? 0
          : (this.failures.get(port) ?? FAILURES) + 1;
        this.failures.set(port, failures);
        return failures < FAILURES ? port : null;
      }),
    );
    this.ready = ports.filter((port) => port !== null);
  }

  private join(client: Socket): void {
    const port = this.ready[this.next % Math.max(1, this.ready.length)];
    this.next += 1;
    this.keep(client);
    if (port === undefined) {
      client.destroy();
      return;
    }
    const collector = connect({ host: LOOPBACK, port, allowHalfOpen: true });
    this.keep(collector);
    client.pipe(collector).pipe(client);
    client.on('close', () => collector.destroy());
    collector.on('close', () => client.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
  }
}
