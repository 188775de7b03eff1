import type { TopicCodec } from './topic-codec';

const INITIAL_BYTES = 256 * 1024;
/** A buffer that one exceptional batch made larger is not kept. */
const KEPT_BYTES = 8 * 1024 * 1024;

/**
 * Holds the encoded keys and values of one send, one behind the other. What it hands out is a view, valid until `clear`:
 * call that only once the send has settled for good.
 */
export class ValueBuffer {
  private buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  private position = 0;

  /** @throws {NotEncodable} */
  append(codec: TopicCodec, value: object): Buffer {
    for (;;) {
      const end = codec.encode(value, this.buffer, this.position);
      if (end > 0) return this.take(end);
      this.enlarge();
    }
  }

  appendText(text: string): Buffer {
    const bytes = Buffer.byteLength(text);
    while (this.position + bytes > this.buffer.length) this.enlarge();
    this.buffer.write(text, this.position, 'utf8');
    return this.take(this.position + bytes);
  }

  clear(): void {
    this.position = 0;
    if (this.buffer.length > KEPT_BYTES) this.buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  private take(end: number): Buffer {
    const taken = this.buffer.subarray(this.position, end);
    this.position = end;
    return taken;
  }

  /** Views into the old buffer stay valid: they keep it alive. */
  private enlarge(): void {
    this.buffer = Buffer.allocUnsafeSlow(this.buffer.length * 2);
    this.position = 0;
  }
}
