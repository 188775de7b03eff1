const INITIAL_BYTES = 256;
/** A buffer that one huge value made larger than this is given back afterwards. A block has some 250 buffers. */
const KEPT_BYTES = 1 << 23;
/** Up to this length, writing ASCII byte by byte is quicker than a call into native code. */
const SHORT = 32;
const TWO_32 = 2 ** 32;

/**
 * Writes values in ClickHouse's Native format into one growing buffer, which is kept for the next block. A missing or null
 * value is written as the empty value of the type. A method that can meet a value of another type returns whether all values
 * were of its own.
 *
 * Format: https://clickhouse.com/docs/interfaces/formats/Native (integers are little-endian, lengths unsigned LEB128).
 */
export class ByteWriter {
  private bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  private position = 0;

  /** Unsigned LEB128. */
  varint(value: number): void {
    this.reserve(10);
    this.position = putVarint(this.bytes, this.position, value);
  }

  /** UTF-8 behind its length. */
  text(value: string): void {
    this.reserve(value.length * 3 + 5);
    this.position = putText(this.bytes, this.position, value);
  }

  /** UTF-8 behind its length; a lone surrogate becomes U+FFFD. */
  texts(values: readonly unknown[]): boolean {
    const count = values.length;
    for (let index = 0; index < count; index++) {
      const value = values[index];
      if (typeof value === 'string') {
        this.reserve(value.length * 3 + 5);
        this.position = putText(this.bytes, this.position, value);
      } else if (value == null) {
        if (this.position === this.bytes.length) this.reserve(1);
        this.bytes[this.position++] = 0;
      } else return false;
    }
    return true;
  }

  /** 1 for each value that is there, 0 for the others. */
  absences(values: readonly unknown[]): void {
    this.reserve(values.length);
    const { bytes } = this;
    let { position } = this;
    for (const value of values) bytes[position++] = value == null ? 1 : 0;
    this.position = position;
  }

  booleans(values: readonly unknown[]): boolean {
    this.reserve(values.length);
    const { bytes } = this;
    let { position } = this;
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      if (value != null && typeof value !== 'boolean') return false;
      bytes[position++] = value === true ? 1 : 0;
    }
    this.position = position;
    return true;
  }

  int32s(values: readonly unknown[]): boolean {
    this.reserve(values.length * 4);
    const { bytes } = this;
    let { position } = this;
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? 0;
      if (typeof value !== 'number' || (value | 0) !== value) return false;
      position = put32(bytes, position, value);
    }
    this.position = position;
    return true;
  }

  /** Whole numbers within ±2^53. */
  int64s(values: readonly unknown[]): boolean {
    this.reserve(values.length * 8);
    const { bytes } = this;
    let { position } = this;
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? 0;
      if (!Number.isSafeInteger(value)) return false;
      position = put32(bytes, position, (value as number) % TWO_32);
      position = put32(bytes, position, Math.floor((value as number) / TWO_32));
    }
    this.position = position;
    return true;
  }

  float64s(values: readonly unknown[]): boolean {
    this.reserve(values.length * 8);
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? 0;
      if (typeof value !== 'number') return false;
      this.position = this.bytes.writeDoubleLE(value, this.position);
    }
    return true;
  }

  /** Decimal text as Decimal(38, 18): 128 bits, little-endian. Text with more digits than that has no place. */
  decimals(values: readonly unknown[]): boolean {
    this.reserve(values.length * 16);
    for (const value of values) {
      const scaled = value == null ? 0n : scaledDecimal(value);
      if (scaled === null) return false;
      this.bytes.writeBigUInt64LE(BigInt.asUintN(64, scaled), this.position);
      this.bytes.writeBigInt64LE(scaled >> 64n, this.position + 8);
      this.position += 16;
    }
    return true;
  }

  /** The 16 bytes of a UUID as ClickHouse keeps them: two little-endian halves. */
  uuids(values: readonly unknown[]): boolean {
    this.reserve(values.length * 16);
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? NO_UUID;
      if (typeof value !== 'string' || !putUuid(this.bytes, this.position, value)) return false;
      this.position += 16;
    }
    return true;
  }

  /** All that was written, to be copied before more is. */
  get written(): Buffer {
    return this.bytes.subarray(0, this.position);
  }

  reset(): void {
    this.position = 0;
    if (this.bytes.length > KEPT_BYTES) this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  private reserve(count: number): void {
    const needed = this.position + count;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.position);
    this.bytes = larger;
  }
}

/** Writes the low 32 bits; returns where they end. */
function put32(bytes: Buffer, position: number, value: number): number {
  bytes[position] = value;
  bytes[position + 1] = value >>> 8;
  bytes[position + 2] = value >>> 16;
  bytes[position + 3] = value >>> 24;
  return position + 4;
}

function putVarint(bytes: Buffer, start: number, value: number): number {
  let position = start;
  let rest = value;
  while (rest >= 0x80) {
    bytes[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[position++] = rest;
  return position;
}

const varintSize = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;

function putText(bytes: Buffer, position: number, value: string): number {
  const { length } = value;
  if (length <= SHORT) {
    let end = position + 1;
    let index = 0;
    for (; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) break;
      bytes[end++] = code;
    }
    if (index === length) {
      bytes[position] = length;
      return end;
    }
  }
  // As long as the text is ASCII, which it mostly is, its length in bytes takes as much room as its length in characters.
  const guessed = varintSize(length);
  const written = bytes.write(value, position + guessed);
  const needed = varintSize(written);
  if (needed !== guessed)
    bytes.copyWithin(position + needed, position + guessed, position + guessed + written);
  return putVarint(bytes, position, written) + written;
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*?)0*)?$/;
const DECIMAL_DIGITS = 38;
const DECIMAL_FRACTION = 18;

/** The number times 10^18; null when it is no decimal text or does not fit. */
function scaledDecimal(value: unknown): bigint | null {
  const [, sign = '', whole = '', fraction = ''] = (typeof value === 'string' && DECIMAL.exec(value)) || [];
  if (whole === '' || fraction.length > DECIMAL_FRACTION) return null;
  const digits = whole.replace(/^0+/, '') + fraction.padEnd(DECIMAL_FRACTION, '0');
  if (digits.length > DECIMAL_DIGITS) return null;
  return sign === '-' ? -BigInt(digits) : BigInt(digits);
}

const NO_UUID = '00000000-0000-0000-0000-000000000000';
const DASH = 45;
/** Where the two digits of each stored byte stand in the text: each half of the UUID is stored backwards. */
const uuidDigits = [16, 14, 11, 9, 6, 4, 2, 0, 34, 32, 30, 28, 26, 24, 21, 19] as const;
const hexDigits = new Int8Array(128).fill(-1);
for (const [value, digit] of Array.from('0123456789abcdef').entries()) {
  hexDigits[digit.charCodeAt(0)] = value;
  hexDigits[digit.toUpperCase().charCodeAt(0)] = value;
}

const hexDigit = (code: number): number => (code < 128 ? (hexDigits[code] ?? -1) : -1);

function putUuid(bytes: Buffer, position: number, value: string): boolean {
  if (
    value.length !== 36 ||
    value.charCodeAt(8) !== DASH ||
    value.charCodeAt(13) !== DASH ||
    value.charCodeAt(18) !== DASH ||
    value.charCodeAt(23) !== DASH
  )
    return false;
  let end = position;
  for (const at of uuidDigits) {
    const high = hexDigit(value.charCodeAt(at));
    const low = hexDigit(value.charCodeAt(at + 1));
    if (high < 0 || low < 0) return false;
    bytes[end++] = (high << 4) | low;
  }
  return true;
}
