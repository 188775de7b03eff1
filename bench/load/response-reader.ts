/** How the body of a response ends (RFC 9112 §6.3). */
type Framing = { readonly length: number } | 'chunked' | 'until-close';

/** A response that was read to its end. */
export interface Response {
  readonly status: number;
  /** The server closes the connection behind it. */
  readonly closes: boolean;
}

const HEAD_END = '\r\n\r\n';
const CHUNKS_END = '0\r\n\r\n';

/**
 * Finds the ends of the responses to requests that are sent one at a time. It reads only what a load generator must know:
 * status, length and whether the connection stays.
 */
export class ResponseReader {
  private pending = '';
  private response: Response | null = null;
  private missing = 0;
  private chunked = false;

  /** Takes bytes as they come; the response once it is complete, otherwise null. @throws for what is no HTTP response */
  read(bytes: Buffer): Response | null {
    // The quick way: a whole small response at once.
    this.pending += bytes.toString('latin1');
    if (this.response === null && !this.readHead()) return null;
    return this.readBody();
  }

  /** What the end of the connection means: a complete response without a length, or null. */
  end(): Response | null {
    return this.response !== null && this.missing === Infinity ? this.finish() : null;
  }

  private readHead(): boolean {
    const end = this.pending.indexOf(HEAD_END);
    if (end < 0) return false;
    const head = this.pending.slice(0, end);
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]);
    if (Number.isNaN(status)) throw new Error(`not an HTTP response: ${JSON.stringify(head.slice(0, 40))}`);
    const framing = framingOf(head, status);
    this.chunked = framing === 'chunked';
    this.missing = typeof framing === 'object' ? framing.length : Infinity;
    this.response = { status, closes: framing === 'until-close' || /\r\nconnection: *close/i.test(head) };
    this.pending = this.pending.slice(end + HEAD_END.length);
    return true;
  }

  private readBody(): Response | null {
    if (this.chunked) {
      const ended = this.pending === CHUNKS_END || this.pending.endsWith(`\r\n${CHUNKS_END}`);
      return ended ? this.finish() : null;
    }
    return this.pending.length >= this.missing ? this.finish() : null;
  }

  private finish(): Response | null {
    const { response } = this;
    this.pending = '';
    this.response = null;
    this.missing = 0;
    this.chunked = false;
    return response;
  }
}

function framingOf(head: string, status: number): Framing {
  if (status === 204 || status === 304) return { length: 0 };
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return 'chunked';
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  return length === undefined ? 'until-close' : { length: Number(length) };
}
