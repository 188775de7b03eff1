import { createHash } from 'node:crypto';
import type { KafkaMessage } from 'kafkajs';

/** A batch that is being stored: written into the metadata of the committed offset before, removed after. */
export interface PendingRange {
  /** Offset of its first record. */
  readonly first: bigint;
  /** Offset after its last record. */
  readonly next: bigint;
  readonly rows: number;
  /** SHA-256 over offsets and values, hex. */
  readonly sha256: string;
  /** Ids of the schemas whose records are decoded; null where that is every schema in it. */
  readonly schemas: readonly number[] | null;
}

/** What the metadata of a committed offset says. */
export type Inheritance =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'pending'; readonly range: PendingRange }
  /** Written by a version that this one does not know. */
  | { readonly kind: 'unreadable'; readonly metadata: string };

const PATTERN =
  /^v1:pending:(\d{1,19})-(\d{1,19}):(\d{1,9}):([0-9a-f]{64})(?::((?:-?\d{1,10}(?:,-?\d{1,10})*)?))?$/;

/**
 * Names the schemas that are known, not those that are not: these may be as many as there are records, and brokers keep 4,096
 * bytes.
 */
export const formatPending = ({ first, next, rows, sha256, schemas }: PendingRange): string =>
  `v1:pending:${String(first)}-${String(next)}:${String(rows)}:${sha256}${schemas === null ? '' : `:${schemas.join()}`}`;

export function parsePending(metadata: string | null): Inheritance {
  if (metadata === null || metadata === '') return { kind: 'nothing' };
  const [, first, next, rows, sha256, schemas] = PATTERN.exec(metadata) ?? [];
  if (first === undefined || next === undefined || rows === undefined || sha256 === undefined)
    return { kind: 'unreadable', metadata };
  const range = {
    first: BigInt(first),
    next: BigInt(next),
    rows: Number(rows),
    sha256,
    schemas: schemas === undefined ? null : [...schemas.matchAll(/-?\d+/g)].map(Number),
  };
  return range.first < range.next ? { kind: 'pending', range } : { kind: 'unreadable', metadata };
}

type Raw = Pick<KafkaMessage, 'offset' | 'value'>;

/** The range that a batch covers. Two batches with the same range and digest hold the same bytes at the same places. */
export function rangeOf(
  messages: readonly [Raw, ...Raw[]],
  schemas: PendingRange['schemas'] = null,
): PendingRange {
  const last = messages.at(-1) ?? messages[0];
  return {
    first: BigInt(messages[0].offset),
    next: BigInt(last.offset) + 1n,
    rows: messages.length,
    sha256: digestOf(messages),
    schemas,
  };
}

/** SHA-256 over, for each record, its offset (8 bytes), the length of its value (4 bytes, -1 for none) and the value. */
export function digestOf(messages: readonly Raw[]): string {
  const hash = createHash('sha256');
  const head = Buffer.alloc(12);
  for (const { offset, value } of messages) {
    head.writeBigInt64BE(BigInt(offset), 0);
    head.writeInt32BE(value?.length ?? -1, 8);
    hash.update(head);
    if (value) hash.update(value);
  }
  return hash.digest('hex');
}

/** Null when records that were read again are the ones of the range; else what differs. */
export function differenceOf(range: PendingRange, messages: readonly Raw[]): string | null {
  if (messages.length !== range.rows)
    return `${String(messages.length)} records are there, ${String(range.rows)} were stored`;
  return digestOf(messages) === range.sha256
    ? null
    : 'the records are not the ones that were stored (SHA-256 differs)';
}

/** What is to be done with a range that an earlier owner left, once it is known where the log starts. */
export type Recovery =
  /** It counted: reading goes on behind it. */
  | { readonly kind: 'none' }
  /** Read exactly the range, and hand it over as the same batch. */
  | { readonly kind: 'repeat'; readonly range: PendingRange }
  /** Retention removed part of it: the same batch cannot be made again. */
  | { readonly kind: 'lost'; readonly range: PendingRange };

/** @param position offset where reading starts: the committed one, or the start of the log where that lies behind it */
export function recoveryOf(inheritance: Inheritance, position: bigint): Recovery {
  if (inheritance.kind !== 'pending') return { kind: 'none' };
  const { range } = inheritance;
  if (position >= range.next) return { kind: 'none' };
  return position > range.first ? { kind: 'lost', range } : { kind: 'repeat', range };
}
