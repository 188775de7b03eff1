import { createServer } from 'node:net';
import { once } from 'node:events';
import { assertPortFree, freePorts, LOOPBACK, portProblem } from './ports';

describe('freePorts', () => {
  it('gives different ports that can be listened on', async () => {
    const ports = await freePorts(5);
    expect(new Set(ports).size).toBe(5);
    for (const port of ports) await assertPortFree('a test', port);
  });
});

describe('assertPortFree', () => {
  it('names the port, its part and the fix', async () => {
    const server = createServer().listen(0, LOOPBACK);
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(assertPortFree('Kafka', port)).rejects.toThrow(
      new RegExp(
        `^Port ${port} for Kafka on 127\\.0\\.0\\.1 is in use by another process\\. Stop that process .*`,
      ),
    );
    server.close();
    await once(server, 'close');
  });

  it('tells a forbidden port apart', () => {
    expect(portProblem('ClickHouse', 80, 'EACCES').message).toBe(
      'Port 80 for ClickHouse may not be opened by this user. Choose a port above 1023.',
    );
  });
});
