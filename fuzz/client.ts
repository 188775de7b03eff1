import { connect } from 'node:net';
import { Pool } from 'undici';
import type { Attack, HttpRequest } from './attack';

/** What came back: a status; `closed` without one; or nothing in time. */
export type Answer = number | 'closed' | 'silent';

/** Longest wait for an answer. What is asked for takes milliseconds: who is silent for so long hangs. */
const PATIENCE_MS = 20_000;
/** Raw bytes may be no whole request: the collector waits for the rest until its own time limit, and that is no hang. */
const RAW_PATIENCE_MS = 2_500;
const CONNECTIONS = 16;
/** Stands in the answer to a request that was hidden in another one. */
const SMUGGLED = 'User-agent: *';

/** Sends attacks. */
export class Attacker {
  private readonly pool: Pool;
  private readonly port: number;

  constructor(url: string) {
    this.port = Number(new URL(url).port);
    this.pool = new Pool(url, {
      connections: CONNECTIONS,
      headersTimeout: PATIENCE_MS,
      bodyTimeout: PATIENCE_MS,
      maxHeaderSize: 1024 * 1024,
    });
  }

  async send({ send }: Attack): Promise<{ readonly answer: Answer; readonly smuggled: boolean }> {
    if ('raw' in send) return this.sendRaw(send.raw);
    return { answer: await this.request(send), smuggled: false };
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private async request({ method, path, headers, body }: HttpRequest): Promise<Answer> {
    try {
      const { statusCode, body: content } = await this.pool.request({
        method: method,
        path,
        headers: { ...headers },
        body,
      });
      await content.dump();
      return statusCode;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code?.endsWith('_TIMEOUT') === true ? 'silent' : 'closed';
    }
  }

  private sendRaw(
    parts: readonly (string | Buffer)[],
  ): Promise<{ readonly answer: Answer; readonly smuggled: boolean }> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      let received = '';
      const end = (): void => {
        socket.destroy();
        const status = /^HTTP\/1\.[01] (?!100)(\d{3})/m.exec(received)?.[1];
        resolve({
          answer: status === undefined ? 'closed' : Number(status),
          smuggled: received.includes(SMUGGLED),
        });
      };
      const timer = setTimeout(end, RAW_PATIENCE_MS);
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1');
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearTimeout(timer);
        end();
      });
      for (const part of parts) socket.write(part);
    });
  }
}
