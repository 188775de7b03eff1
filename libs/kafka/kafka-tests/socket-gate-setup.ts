import { connect, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

/** Connections to a broker that can be made to fall silent or be refused. */
export class SocketGate {
  private mode: 'open' | 'silent' | 'closed' = 'open';
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
  }

  readonly factory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = connect({ host, port: this.mode === 'closed' ? 1 : port }, () => {
      onConnect();
    });
    if (this.mode === 'silent') mute(socket);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  };
}

function mute(socket: Socket): void {
  socket.write = () => true;
}
