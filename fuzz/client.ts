import { connect } from 'node:net';
import { Pool } from 'undici';
import type { Attack, HttpRequest } from './attack';

/** What came back: a status; `closed` without one; or `silent`, nothing in time. */
export type Answer = number | 'closed' | 'silent';

/**
 * Longest wait for an answer. What is asked for takes milliseconds, and the collector itself gives up a request that does not
 * come to its end after 15 s: who is silent for so long hangs.
 */
export const PATIENCE_MS = 20_000;
/** What was answered may still be followed by the answer to a hidden request. */
const AFTERMATH_MS = 2_500;
const CONNECTIONS = 16;
/** Stands in the answer to a request that was hidden in another one. */
const SMUGGLED = 'User-agent: *';

/** Sends attacks. */
export class Attacker {
  private readonly pool: Pool;
  private readonly port: number;

  constructor(
    url: string,
    private readonly patienceMs = PATIENCE_MS,
  ) {
    this.port = Number(new URL(url).port);
    this.pool = new Pool(url, {
      connections: CONNECTIONS,
      headersTimeout: patienceMs,
      bodyTimeout: patienceMs,
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
      const status = (): string | undefined => /^HTTP\/1\.[01] (?!100)(\d{3})/m.exec(received)?.[1];
      const end = (without: 'closed' | 'silent'): void => {
        clearTimeout(timer);
        socket.destroy();
        const answer = status();
        resolve({
          answer: answer === undefined ? without : Number(answer),
          smuggled: received.includes(SMUGGLED),
        });
      };
      let timer = setTimeout(end, this.patienceMs, 'silent');
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1');
        if (status() === undefined) return;
        clearTimeout(timer);
        timer = setTimeout(end, AFTERMATH_MS, 'silent');
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        end('closed');
      });
      for (const part of parts) socket.write(part);
    });
  }
}
