import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';

export type Received =
  /** The whole body; null when it is empty. */
  | { readonly kind: 'complete'; readonly body: Buffer | null }
  /** Larger than what is taken: `bytes`, or more. It was thrown away. */
  | { readonly kind: 'oversize'; readonly bytes: number; readonly all: boolean }
  /** Its `bytes` inflate to too many times as many. */
  | { readonly kind: 'bomb'; readonly bytes: number }
  /** All connections together send more than may be buffered. */
  | { readonly kind: 'crowded' }
  /** The bytes are not in the encoding that the request names. */
  | { readonly kind: 'unreadable'; readonly bytes: number }
  /** The encoding is none that is read here. */
  | { readonly kind: 'unsupported'; readonly bytes: number }
  /** The client went away, or was too slow. */
  | { readonly kind: 'aborted' };

export interface BodyLimits {
  /** Larger ones are thrown away, bytes. */
  readonly dropBytes: number;
  /** Times that a body may be larger than its compressed form. */
  readonly maxInflation: number;
  /** What all connections together may hold while they receive and inflate, bytes. */
  readonly maxBufferedBytes: number;
}

/**
 * A body that is thrown away is still read up to this many times the limit: closing a connection into which a client
 * writes resets it, and the client would never see the answer.
 */
const PATIENCE = 4;
/** What any body may inflate to, bytes: a few hundred equal events compress better than any ratio foresees. */
const HARMLESS_BYTES = 64 * 1024;

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
    const encoding = request.headers['content-encoding']?.trim().toLowerCase();
    if (encoding === undefined || encoding === 'identity' || encoding === '') {
      this.receive(request, done);
      return;
    }
    this.receive(request, (received) => {
      if (received.kind !== 'complete' || received.body === null) done(received);
      else if (encoding === 'gzip' || encoding === 'x-gzip') this.inflate(received.body, done);
      else done({ kind: 'unsupported', bytes: received.body.length });
    });
  }

  private receive(request: IncomingMessage, done: (received: Received) => void): void {
    const { dropBytes, maxBufferedBytes } = this.limits;
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > dropBytes * PATIENCE) {
      done({ kind: 'oversize', bytes: declared, all: false });
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
      if (bytes > dropBytes || crowded) {
        if (held > 0) release();
        if (bytes > dropBytes * PATIENCE) finish({ kind: 'oversize', bytes, all: false });
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
      if (bytes > dropBytes) finish({ kind: 'oversize', bytes, all: true });
      else if (crowded) finish({ kind: 'crowded' });
      else finish({ kind: 'complete', body: chunks === null ? first : Buffer.concat(chunks, bytes) });
    });
    request.on('error', () => {
      finish({ kind: 'aborted' });
    });
  }

  /**
   * Inflates one layer, piece by piece, and stops where it is too much: 100 MiB of zeros are 100 KB of gzip. What is
   * inflated counts as buffered.
   */
  private inflate(compressed: Buffer, done: (received: Received) => void): void {
    const { dropBytes, maxInflation, maxBufferedBytes } = this.limits;
    const most = Math.min(dropBytes, Math.max(HARMLESS_BYTES, compressed.length * maxInflation));
    const gunzip = createGunzip();
    const chunks: Buffer[] = [];
    let bytes = 0;
    let over = false;
    this.buffered += compressed.length;
    const finish = (received: Received): void => {
      if (over) return;
      over = true;
      this.buffered -= compressed.length + bytes;
      gunzip.destroy();
      done(received);
    };
    gunzip.on('data', (chunk: Buffer) => {
      if (over) return;
      bytes += chunk.length;
      this.buffered += chunk.length;
      if (bytes > most)
        finish(
          most === dropBytes
            ? { kind: 'oversize', bytes, all: true }
            : { kind: 'bomb', bytes: compressed.length },
        );
      else if (this.buffered > maxBufferedBytes) finish({ kind: 'crowded' });
      else chunks.push(chunk);
    });
    gunzip.on('end', () => {
      finish({ kind: 'complete', body: bytes === 0 ? null : Buffer.concat(chunks, bytes) });
    });
    gunzip.on('error', () => {
      finish({ kind: 'unreadable', bytes: compressed.length });
    });
    gunzip.end(compressed);
  }
}
