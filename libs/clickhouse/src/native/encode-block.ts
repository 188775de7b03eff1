import { ContentRefused } from '../errors';
import { ByteWriter } from './byte-writer';
import { columnEncoder, type ColumnEncoder } from './column-encoder';
import { columnReader, type ColumnReader } from './column-reader';
import { typeName, type NativeColumn } from './types';

/** Rows in ClickHouse's Native format, ready to be sent. */
export interface Block {
  /** Columns, in the order in which they stand in `bytes`. */
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: Buffer;
}

/** A value that has no place in its column. Names the column and its type, never the value. */
export class UnencodableValue extends ContentRefused {
  constructor(
    readonly column: string,
    readonly type: string,
  ) {
    super(`A value of the column ${column} is no ${type}.`);
  }
}

/**
 * Rows that are encoded together: enough that a column is written in one go, few enough that they are garbage before the
 * collector of young objects comes by (10 KB each, decoded).
 */
const ROWS_AT_ONCE = 256;

interface EncodedColumn {
  readonly name: string;
  readonly type: string;
  /** Name and type, as they stand before the values. */
  readonly head: Buffer;
  readonly read: ColumnReader;
  readonly encoder: ColumnEncoder;
}

/**
 * Encodes rows into a block, a few at a time, so that a row need not live until the block is whole: of rows that are decoded
 * one after the other, only their bytes stay. A missing or null value becomes the empty value of a type that is not nullable:
 * empty text, 0, an empty array or map, a tuple of empty values. An encoder can be used again and keeps its buffers.
 *
 * Format: https://clickhouse.com/docs/interfaces/formats/Native
 */
export class BlockEncoder {
  private readonly columns: readonly EncodedColumn[];
  private readonly waiting: object[] = [];
  private rows = 0;
  private unfit: EncodedColumn | null = null;

  constructor(columns: readonly NativeColumn[]) {
    this.columns = columns.map(({ name, type }) => ({
      name,
      type: typeName(type),
      head: headOf(name, typeName(type)),
      read: columnReader(name),
      encoder: columnEncoder(type),
    }));
  }

  add(row: object): void {
    if (this.waiting.push(row) === ROWS_AT_ONCE) this.write();
  }

  /**
   * All rows since the last block.
   *
   * @throws {UnencodableValue} when a value of one of them has no place in its column
   */
  take(): Block {
    try {
      this.write();
      if (this.unfit) throw new UnencodableValue(this.unfit.name, this.unfit.type);
      return { columns: this.columns.map(({ name }) => name), rows: this.rows, bytes: this.joined() };
    } finally {
      this.reset();
    }
  }

  /** Forgets all rows since the last block. */
  reset(): void {
    this.rows = 0;
    this.unfit = null;
    this.waiting.length = 0;
    for (const { encoder } of this.columns) encoder.reset();
  }

  private write(): void {
    const { waiting } = this;
    const values = new Array<unknown>(waiting.length);
    this.rows += waiting.length;
    // Once a value did not fit there is no block to be had, and the rest is only counted.
    this.unfit ??=
      this.columns.find(({ read, encoder }) => {
        read(waiting, values);
        return !encoder.add(values);
      }) ?? null;
    waiting.length = 0;
  }

  private joined(): Buffer {
    const sizes = new ByteWriter();
    sizes.varint(this.columns.length);
    sizes.varint(this.rows);
    return Buffer.concat([
      sizes.written,
      ...this.columns.flatMap(({ head, encoder }) => [
        head,
        ...encoder.streams.map(({ written }) => written),
      ]),
    ]);
  }
}

/** @throws {UnencodableValue} */
export function encodeBlock(columns: readonly NativeColumn[], rows: Iterable<object>): Block {
  const encoder = new BlockEncoder(columns);
  for (const row of rows) encoder.add(row);
  return encoder.take();
}

/** What stands before the values of a column. */
function headOf(name: string, type: string): Buffer {
  const head = new ByteWriter();
  head.text(name);
  head.text(type);
  return head.written;
}
