import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { StackError, systemCodeOf } from './stack-error';

/** Everything the stack starts listens here only. */
export const LOOPBACK = '127.0.0.1';

/** Every port the embedded stack listens on. */
export interface StackPorts {
  readonly kafka: number;
  readonly kafkaController: number;
  readonly registry: number;
  readonly clickhouse: number;
}

/** The ports everybody knows these parts by; `ports: 'free'` takes any others. */
export const usualPorts: StackPorts = {
  kafka: 9092,
  kafkaController: 9093,
  registry: 8081,
  clickhouse: 8123,
};

/** Each port with what a person calls the part that listens there. */
export function namedPorts(ports: StackPorts): [string, number][] {
  return [
    ['Kafka', ports.kafka],
    ["Kafka's controller", ports.kafkaController],
    ['the schema registry', ports.registry],
    ['ClickHouse', ports.clickhouse],
  ];
}

/**
 * Free ports for parts that are started once and stay up: any that nobody uses now, all different. A part that is killed and
 * started again on the same port needs `steadyPorts`.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(close));
  return ports;
}

/** Registered services of all kinds are below it. */
const STEADY_FROM = 10_000;

/**
 * Free ports that stay free while nobody listens there. The system hands the ports of its ephemeral range to outgoing
 * connections: while a killed part is down, one of its clients may be given its very port (and then even be connected to
 * itself), and the part cannot come back. So these lie below that range.
 */
export async function steadyPorts(count: number, below = ephemeralFrom()): Promise<number[]> {
  if (below - STEADY_FROM < count) return freePorts(count);
  const servers = new Map<number, Server>();
  try {
    for (let tries = 0; servers.size < count; tries += 1) {
      const port = STEADY_FROM + Math.floor(Math.random() * (below - STEADY_FROM));
      if (servers.has(port)) continue;
      const server = await listen(port).catch((error: unknown) => {
        if (systemCodeOf(error) === 'EADDRINUSE' && tries < 100 * count) return null;
        throw portProblem('a part of the stack', port, systemCodeOf(error));
      });
      if (server !== null) servers.set(port, server);
    }
    return [...servers.keys()];
  } finally {
    await Promise.all([...servers.values()].map(close));
  }
}

/** Where the ephemeral range begins: asked on Linux, IANA's 49152 elsewhere (macOS, Windows). */
export function ephemeralFrom(file = '/proc/sys/net/ipv4/ip_local_port_range'): number {
  try {
    return Number(/^\d+/.exec(readFileSync(file, 'utf8'))?.[0] ?? 49_152);
  } catch {
    return 49_152;
  }
}

/** Throws a sentence that names the port, its part and the fix, if something listens there already. */
export async function assertPortFree(part: string, port: number): Promise<void> {
  try {
    await close(await listen(port));
  } catch (error) {
    throw portProblem(part, port, systemCodeOf(error));
  }
}

/** The error for a port that cannot be listened on. */
export function portProblem(part: string, port: number, code: string | undefined): StackError {
  if (code === 'EACCES') {
    return new StackError(
      `Port ${port} for ${part} may not be opened by this user`,
      'Choose a port above 1023',
    );
  }
  return new StackError(
    `Port ${port} for ${part} on ${LOOPBACK} is in use by another process`,
    `Stop that process (\`lsof -i :${port}\` shows it) or choose another port, or start with free ports`,
  );
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((done) =>
    server.close(() => {
      done();
    }),
  );
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}
