import { scaledRuns } from '@headwater/testing';
import fc from 'fast-check';
import { differenceOf, digestOf, formatPending, parsePending, rangeOf, recoveryOf } from './pending-range';

interface Row {
  readonly offset: string;
  readonly value: Buffer;
}

/** A log with the gaps in its offsets that transactions leave. */
const logs = fc.array(fc.nat(3), { minLength: 1, maxLength: 60 }).map((gaps) => {
  let offset = -1;
  return gaps.map((gap): Row => {
    offset += gap + 1;
    return { offset: String(offset), value: Buffer.from(`row ${String(offset)}`) };
  });
});

/** Where a process dies with a batch: before or after each of its three steps, or not at all. */
const deaths = ['before the note', 'after the note', 'after storing', 'never'] as const;
const lives = fc.array(
  fc.record({ batch: fc.integer({ min: 1, max: 15 }), death: fc.constantFrom(...deaths), after: fc.nat(4) }),
  { maxLength: 12 },
);

/** The protocol of RangedServer, with a store that forgets nothing and a group that keeps one offset with its note. */
class Model {
  committed = 0n;
  note: string | null = null;
  readonly stored: { token: string; rows: readonly string[] }[] = [];

  constructor(private readonly log: readonly Row[]) {}

  /** One process: takes over, finishes what was left, goes on with batches of its own size until it dies. */
  live(size: number, death: (typeof deaths)[number], after: number): void {
    const recovery = recoveryOf(parsePending(this.note), this.committed);
    if (recovery.kind === 'repeat') {
      const { range } = recovery;
      const rows = this.log.filter(
        ({ offset }) => BigInt(offset) >= range.first && BigInt(offset) < range.next,
      );
      expect(differenceOf(range, rows)).toBeNull();
      if (after === 0 && death === 'after the note') return;
      this.store(range.first, range.next, rows);
      if (after === 0 && death === 'after storing') return;
      this.commit(range.next, null);
    }
    for (let left = after; ; left -= 1) {
      const rows = this.log.filter(({ offset }) => BigInt(offset) >= this.committed).slice(0, size);
      const [head, ...rest] = rows;
      if (!head) return;
      const range = rangeOf([head, ...rest]);
      const dies = left === 0 ? death : 'never';
      if (dies === 'before the note') return;
      this.commit(this.committed, formatPending(range));
      if (dies === 'after the note') return;
      this.store(range.first, range.next, rows);
      if (dies === 'after storing') return;
      this.commit(range.next, null);
    }
  }

  private store(first: bigint, next: bigint, rows: readonly Row[]): void {
    this.stored.push({ token: `${String(first)}-${String(next)}`, rows: rows.map(({ offset }) => offset) });
  }

  private commit(offset: bigint, note: string | null): void {
    this.committed = offset;
    this.note = note;
  }
}

describe('a pending range', () => {
  it('is stored under one token only, the same rows each time, whenever processes die', () => {
    fc.assert(
      fc.property(logs, lives, (log, processes) => {
        const model = new Model(log);
        for (const { batch, death, after } of processes) model.live(batch, death, after);
        model.live(7, 'never', Infinity);
        const byToken = new Map<string, readonly string[]>();
        for (const { token, rows } of model.stored) {
          expect(byToken.get(token) ?? rows).toEqual(rows);
          byToken.set(token, rows);
        }
        // A store that drops what it has under a token has every row exactly once.
        expect([...byToken.values()].flat()).toEqual(log.map(({ offset }) => offset));
      }),
      { numRuns: scaledRuns(1_000) },
    );
  });

  it('survives being written into the metadata of an offset', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 62n }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.option(fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 300 })),
        (first, rows, schemas) => {
          const range = { first, next: first + BigInt(rows), rows, sha256: digestOf([]), schemas };
          const metadata = formatPending(range);
          expect(parsePending(metadata)).toEqual({ kind: 'pending', range });
          // What brokers keep by default.
          expect(metadata.length).toBeLessThan(schemas === null ? 200 : 4_096);
        },
      ),
    );
  });

  it.each([
    [null, 'nothing'],
    ['', 'nothing'],
    ['v2:pending:1-2:1:00', 'unreadable'],
    [`v1:pending:5-5:1:${'0'.repeat(64)}`, 'unreadable'],
    [`v1:pending:1-2:1:${'0'.repeat(63)}`, 'unreadable'],
    [`v1:pending:1-2:1:${'0'.repeat(64)}`, 'pending'],
    [`v1:pending:1-2:1:${'0'.repeat(64)}:`, 'pending'],
    [`v1:pending:1-2:1:${'0'.repeat(64)}:7,-2147483648`, 'pending'],
    [`v1:pending:1-2:1:${'0'.repeat(64)}:7,,`, 'unreadable'],
    [`v1:pending:1-2:1:${'0'.repeat(64)}:x`, 'unreadable'],
    ['whatever another tool wrote', 'unreadable'],
  ])('reads the note %j as %s', (metadata, kind) => {
    expect(parsePending(metadata).kind).toBe(kind);
  });

  const row = (offset: number, value: string | null): { offset: string; value: Buffer | null } => ({
    offset: String(offset),
    value: value === null ? null : Buffer.from(value),
  });
  const range = rangeOf([row(3, 'a'), row(5, null)]);

  it.each([
    ['one more', [row(3, 'a'), row(4, 'x'), row(5, null)], '3 records are there, 2 were stored'],
    ['one less', [row(3, 'a')], '1 records are there'],
    ['another value', [row(3, 'b'), row(5, null)], 'SHA-256 differs'],
    ['another offset', [row(3, 'a'), row(4, null)], 'SHA-256 differs'],
    ['an empty value for none', [row(3, 'a'), row(5, '')], 'SHA-256 differs'],
  ])('tells %s', (_case, rows, difference) => {
    expect(differenceOf(range, rows)).toContain(difference);
  });

  it('has the digest that it always had', () => {
    expect(formatPending(range)).toBe('v1:pending:3-6:2:' + digestOf([row(3, 'a'), row(5, null)]));
    expect(digestOf([row(3, 'a'), row(5, null)])).toMatchInlineSnapshot(
      `"4177ef666cdd368a06c030edc840b4bba8e384d9e5957c171d3134d0560b1958"`,
    );
  });

  it.each([
    ['where it begins', 3n, 'repeat'],
    ['before it', 0n, 'repeat'],
    ['in the middle', 4n, 'lost'],
    ['behind it', 6n, 'none'],
  ])('with reading to start %s', (_case, position, kind) => {
    expect(recoveryOf({ kind: 'pending', range }, position).kind).toBe(kind);
  });
});
