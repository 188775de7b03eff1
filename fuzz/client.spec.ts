import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Attack } from './attack';
import { Attacker, type Answer } from './client';

const PATIENCE_MS = 300;
const raw: Attack['send'] = { raw: ['GET / HTTP/1.1\r\n\r\n'] };
const request: Attack['send'] = { method: 'GET', path: '/', headers: {}, body: null };

/** What is said of a server that does this with every connection. */
async function answerOf(
  onConnection: (socket: Socket) => void,
  send: Attack['send'],
): Promise<{ readonly answer: Answer; readonly smuggled: boolean }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const attacker = new Attacker(
    `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    PATIENCE_MS,
  );
  try {
    return await attacker.send({ name: 'one', send, events: 'any' });
  } finally {
    for (const socket of sockets) socket.destroy();
    await attacker.close();
    server.close();
  }
}

const says = (text: string) => (socket: Socket) => socket.end(text);

describe.each([
  ['raw bytes', raw],
  ['a request', request],
])('what comes back for %s', (_kind, send) => {
  it.each<[string, (socket: Socket) => void, Answer]>([
    ['a status', says('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'), 404],
    ['the end of the connection', (socket) => socket.once('data', () => socket.destroy()), 'closed'],
    ['nothing', () => undefined, 'silent'],
  ])('is %s', async (_case, onConnection, answer) => {
    expect(await answerOf(onConnection, send)).toEqual({ answer, smuggled: false });
  });
});

it('takes the permission to go on for no answer, and sees the answer to what was hidden', async () => {
  expect(await answerOf(says('HTTP/1.1 100 Continue\r\n\r\n'), raw)).toMatchObject({ answer: 'closed' });
  expect(await answerOf(says('HTTP/1.1 200 OK\r\n\r\nok HTTP/1.1 200 OK\r\n\r\nUser-agent: *'), raw)).toEqual(
    { answer: 200, smuggled: true },
  );
});
