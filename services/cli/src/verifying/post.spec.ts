import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Sender } from './post';

const payload = { first: 0, count: 1, method: 'GET', target: '/i?e=pv', headers: {}, body: null } as const;

it('sends to a collector that is named by an IPv6 address', async () => {
  const server = createServer((_request, response) => response.end());
  server.listen(0, '::1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sender = new Sender(new URL(`http://[::1]:${String(port)}`), 1, 5_000);
  expect(await sender.send(payload)).toMatchObject({ status: 'ok', code: 200 });
  sender.close();
  server.close();
});
