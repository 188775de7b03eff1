import { createServer } from 'node:net';
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

/** Holds `count` free ports open at once, so that they differ, and lets them go. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    return address.port;
  });
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((done) =>
          server.close(() => {
            done();
          }),
        ),
    ),
  );
  return ports;
}

/** Throws a sentence that names the port, its part and the fix, if something listens there already. */
export async function assertPortFree(part: string, port: number): Promise<void> {
  try {
    const server = await listen(port);
    await new Promise<void>((done) =>
      server.close(() => {
        done();
      }),
    );
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

function listen(port: number): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      resolve(server);
    });
  });
}
