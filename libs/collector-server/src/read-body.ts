import type { IncomingMessage } from 'node:http';
import { gunzip } from 'node:zlib';

export type Received =
  /** The whole body; null when it is empty. */
  | { readonly kind: 'complete'; readonly body: Buffer | null }
  /** Larger than what is kept: `bytes`, or more where it was compressed. It was read to the end and thrown away. */
  | { readonly kind: 'oversize'; readonly bytes: number }
  /** Larger than what is taken at all. `all` says whether the rest of it was read. */
  | { readonly kind: 'refused'; readonly all: boolean }
  /** All connections together send more than may be buffered. */
  | { readonly kind: 'crowded' }
  /** The bytes are not in the encoding that the request names. */
  | { readonly kind: 'unreadable' }
  /** The encoding is none that is read here. */
  | { readonly kind: 'unsupported' }
  /** The client went away, or was too slow. */
  | { readonly kind: 'aborted' };

export interface BodyLimits {
  /** Larger ones are thrown away, bytes. */
  readonly maxBytes: number;
  /** Larger ones are refused, bytes. */
  readonly dropBytes: number;
  /** What all connections together may hold while they receive, bytes. */
  readonly maxBufferedBytes: number;
}

/**
 * A refused body is still read up to this many times the limit: closing a connection into which a client writes resets
 * it, and the client would never see the answer.
 */
const PATIENCE = 4;

/** Reads bodies, and holds all of them together to one bound of memory. */
export class BodyReader {
  private buffered = 0;

  constructor(private readonly limits: BodyLimits) {}

  /** Bytes that are held for requests still being received. */
  get bufferedBytes(): number {
    return this.buffered;
  }

  /** Calls `done` exactly once. */
  read(request: IncomingMessage, done: (received: Received) => void): void {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') {
      this.receive(request, done);
      return;
    }
    this.receive(request, (received) => {
      if (received.kind !== 'complete' || received.body === null) done(received);
      else if (encoding === 'gzip' || encoding === 'x-gzip') this.inflate(received.body, done);
      else done({ kind: 'unsupported' });
    });
  }

  private receive(request: IncomingMessage, done: (received: Received) => void): void {
    const { maxBytes, dropBytes, maxBufferedBytes } = this.limits;
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > dropBytes * PATIENCE) {
      done({ kind: 'refused', all: false });
      return;
    }
    let first: Buffer | null = null;
    let chunks: Buffer[] | null = null;
    let bytes = 0;
    let held = 0;
    let crowded = false;
    let over = false;

    const release = (): void => {
      this.buffered -= held;
      held = 0;
      first = null;
      chunks = null;
    };
    const finish = (received: Received): void => {
      if (over) return;
      over = true;
      release();
      done(received);
    };

    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes || crowded) {
        if (held > 0) release();
        if (bytes > dropBytes * PATIENCE) finish({ kind: 'refused', all: false });
        return;
      }
      if (this.buffered + chunk.length > maxBufferedBytes) {
        crowded = true;
        release();
        return;
      }
      this.buffered += chunk.length;
      held += chunk.length;
      if (first === null) first = chunk;
      else (chunks ??= [first]).push(chunk);
    });
    request.on('end', () => {
      if (bytes > dropBytes) finish({ kind: 'refused', all: true });
      else if (bytes > maxBytes) finish({ kind: 'oversize', bytes });
      else if (crowded) finish({ kind: 'crowded' });
      else finish({ kind: 'complete', body: chunks === null ? first : Buffer.concat(chunks, bytes) });
    });
    request.on('error', () => {
      finish({ kind: 'aborted' });
    });
  }

  /** Inflates one layer, and never to more than a body may hold: 100 MiB of zeros are 100 KB of gzip. */
  private inflate(compressed: Buffer, done: (received: Received) => void): void {
    const { maxBytes } = this.limits;
    this.buffered += compressed.length;
    gunzip(compressed, { maxOutputLength: maxBytes }, (error, body) => {
      this.buffered -= compressed.length;
      if (error === null) done({ kind: 'complete', body: body.length === 0 ? null : body });
      else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
        done({ kind: 'oversize', bytes: maxBytes + 1 });
      else done({ kind: 'unreadable' });
    });
  }
}
