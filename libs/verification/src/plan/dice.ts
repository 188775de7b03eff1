import { hash } from 'node:crypto';

/** 32 random bytes that depend on a seed and a number alone. */
export class Dice {
  private readonly bytes: Buffer;

  constructor(seed: number, seq: number, purpose = '') {
    this.bytes = hash('sha256', `${String(seed)}:${String(seq)}:${purpose}`, 'buffer');
  }

  /** A number from 0 to below 1, of the four bytes at a place from 0 to 7. */
  share(place: number): number {
    return this.bytes.readUInt32BE(place * 4) / 2 ** 32;
  }

  /** A whole number from 0 to below `sides`, of the two bytes at a place from 0 to 15. */
  below(sides: number, place: number): number {
    return this.bytes.readUInt16BE(place * 2) % sides;
  }

  /** 16 bytes as a UUID of version 4. */
  uuid(): string {
    const hex = this.bytes.toString('hex', 16, 32);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}
