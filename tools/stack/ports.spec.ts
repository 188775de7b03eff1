import { createServer } from 'node:net';
import { once } from 'node:events';
import { assertPortFree, ephemeralFrom, freePorts, LOOPBACK, portProblem, steadyPorts } from './ports';

describe('freePorts', () => {
  it('gives different ports that can be listened on', async () => {
    const ports = await freePorts(5);
    expect(new Set(ports).size).toBe(5);
    for (const port of ports) await assertPortFree('a test', port);
  });
});

describe('steadyPorts', () => {
  it('gives different free ports that no outgoing connection is given', async () => {
    const ports = await steadyPorts(5);
    expect(new Set(ports).size).toBe(5);
    expect(Math.max(...ports)).toBeLessThan(ephemeralFrom());
    for (const port of ports) await assertPortFree('a test', port);
  });

  it('passes by ports that are in use', async () => {
    const server = createServer().listen(10_000, LOOPBACK);
    await once(server, 'listening');
    expect(await steadyPorts(1, 10_002)).toEqual([10_001]);
    server.close();
    await once(server, 'close');
  });

  it('takes any free port where all are ephemeral', async () => {
    expect(await steadyPorts(2, 1024)).toHaveLength(2);
  });

  it('knows where the ephemeral range begins, also where the system does not say', () => {
    expect(ephemeralFrom()).toBeGreaterThan(0);
    expect(ephemeralFrom('/nowhere')).toBe(49_152);
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
