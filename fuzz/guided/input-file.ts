import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

const LENGTH_BYTES = 4;

/** A file that holds the last of many inputs, and is overwritten thousands of times a second. */
export class InputFile {
  private readonly file: number;
  private buffer = Buffer.alloc(64 * 1024);

  constructor(path: string) {
    this.file = openSync(path, 'w');
  }

  write(input: Buffer): void {
    const length = LENGTH_BYTES + input.length;
    if (length > this.buffer.length) this.buffer = Buffer.alloc(2 * length);
    this.buffer.writeUInt32LE(input.length);
    input.copy(this.buffer, LENGTH_BYTES);
    writeSync(this.file, this.buffer, 0, length, 0);
  }

  close(): void {
    closeSync(this.file);
  }

  /** The last input; empty when there was none. */
  static read(path: string): Buffer {
    const content = readFileSync(path);
    if (content.length < LENGTH_BYTES) return Buffer.alloc(0);
    return content.subarray(LENGTH_BYTES, LENGTH_BYTES + content.readUInt32LE());
  }
}
