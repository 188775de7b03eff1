import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

/** Connections to a broker that can be made to fall silent or be refused. */
export class SocketGate {
  private mode: 'open' | 'silent' | 'closed' = 'open';
  private delayMs = 0;
  /** Connections made so far. */
  opened = 0;
  private readonly sockets = new Set<Socket>();

  /** Half-open connections: nothing arrives any more, in neither direction, and no error is raised. */
  silence(): void {
    this.mode = 'silent';
    for (const socket of this.sockets) mute(socket);
  }

  /** The broker is gone: connections break, new ones are refused. */
  shut(): void {
    this.mode = 'closed';
    for (const socket of this.sockets) socket.destroy(new Error('the gate was shut'));
  }

  open(): void {
    this.mode = 'open';
    this.delayMs = 0;
  }

  /** Open, but every request of a new connection is so late on its way. */
  slow(delayMs: number): void {
    this.mode = 'open';
    this.delayMs = delayMs;
  }

  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    const to = { host, port: this.mode === 'closed' ? 1 : port };
    const connected = (): void => {
      this.opened += 1;
      onConnect();
    };
    const socket = (ssl as object | undefined)
      ? connectTls({ ...to, ...ssl }, connected)
      : connect(to, connected);
    if (this.mode === 'silent') mute(socket);
    else if (this.delayMs > 0) hold(socket, this.delayMs);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  };
}

function hold(socket: Socket, delayMs: number): void {
  const write: (data: Uint8Array) => boolean = socket.write.bind(socket);
  socket.write = (data: Uint8Array | string) => {
    setTimeout(() => {
      if (!socket.destroyed) write(typeof data === 'string' ? Buffer.from(data) : data);
    }, delayMs);
    return true;
  };
}

function mute(socket: Socket): void {
  socket.write = () => true;
}
