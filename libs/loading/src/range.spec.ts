import fc from 'fast-check';
import { afterRefusal, tokenOf, type LoadRange, type Row } from './range';

const row = (offset: number, id = `id-${offset}`): Row => ({ offset: BigInt(offset), id, value: { offset } });
const range = (first: number, next: number, offsets: readonly number[]): LoadRange => ({
  topic: 'valid-events',
  partition: 3,
  first: BigInt(first),
  next: BigInt(next),
  rows: offsets.map((offset) => row(offset)),
});

/** Offsets as a transactional topic has them: rising, with gaps. */
const ranges = fc
  .uniqueArray(fc.nat({ max: 500 }), { minLength: 1, maxLength: 60 })
  .map((offsets) => offsets.sort((a, b) => a - b))
  .chain((offsets) =>
    fc
      .tuple(fc.nat({ max: offsets[0] ?? 0 }), fc.integer({ min: 1, max: 20 }))
      .map(([first, behind]) => range(first, (offsets.at(-1) ?? 0) + behind, offsets)),
  );

/** Inserts as the loader does, into a database that drops a token it knows and refuses ranges that hold a bad row. */
function load(
  whole: LoadRange,
  isBad: (row: Row) => boolean,
  stored: Map<string, readonly Row[]>,
  stopAfter = Infinity,
): readonly Row[] {
  const refused: Row[] = [];
  const waiting = [whole];
  let inserts = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (inserts++ >= stopAfter) return refused;
    if (!next.rows.some(isBad)) {
      const token = tokenOf(next);
      if (!stored.has(token)) stored.set(token, next.rows);
      continue;
    }
    const verdict = afterRefusal(next);
    if (verdict.kind === 'halves') waiting.push(...verdict.halves);
    else if (verdict.kind === 'row') refused.push(verdict.row);
  }
  return refused;
}

describe('tokenOf', () => {
  it('names topic, partition and range', () => {
    expect(tokenOf(range(10, 13, [10, 11, 12]))).toMatch(/^valid-events-3-10-13-[0-9a-f]{16}$/);
  });

  it('is the same for the same rows, whatever became of their values', () => {
    const again = { ...range(10, 12, [10, 11]), rows: [row(10), { ...row(11), value: { later: true } }] };
    expect(tokenOf(again)).toBe(tokenOf(range(10, 12, [10, 11])));
  });

  it.each<[string, LoadRange]>([
    ['another partition', { ...range(10, 12, [10, 11]), partition: 4 }],
    ['another topic', { ...range(10, 12, [10, 11]), topic: 'failed-events' }],
    ['another end', { ...range(10, 12, [10, 11]), next: 13n }],
    [
      'other records at the same place, as in a topic made anew',
      { ...range(10, 12, []), rows: [row(10), row(11, 'x')] },
    ],
    ['one row less', range(10, 12, [10])],
  ])('is another for %s', (_case, other) => {
    expect(tokenOf(other)).not.toBe(tokenOf(range(10, 12, [10, 11])));
  });
});

describe('afterRefusal', () => {
  it('cuts in the middle of the rows, without a gap between the parts', () => {
    expect(afterRefusal(range(5, 20, [6, 9, 10]))).toEqual({
      kind: 'halves',
      halves: [range(5, 9, [6]), range(9, 20, [9, 10])],
    });
  });

  it('names the only row', () => {
    expect(afterRefusal(range(5, 20, [6]))).toEqual({ kind: 'row', row: row(6) });
  });

  it('has nothing to say of nothing', () => {
    expect(afterRefusal(range(5, 20, []))).toEqual({ kind: 'nothing' });
  });
});

describe('loading a range with bad rows', () => {
  const bad = fc.func(fc.boolean()).map((choose) => (one: Row) => choose(one.id));

  it('stores every good row once and names every bad one', () => {
    fc.assert(
      fc.property(ranges, bad, (whole, isBad) => {
        const stored = new Map<string, readonly Row[]>();
        const refused = load(whole, isBad, stored);
        const offsets = (rows: readonly Row[]): bigint[] =>
          rows.map(({ offset }) => offset).sort((a, b) => Number(a - b));
        expect(offsets([...stored.values()].flat())).toEqual(
          offsets(whole.rows.filter((one) => !isBad(one))),
        );
        expect(offsets(refused)).toEqual(offsets(whole.rows.filter(isBad)));
      }),
    );
  });

  it('changes nothing when the batch is delivered again, wherever the first try ended', () => {
    fc.assert(
      fc.property(ranges, bad, fc.nat({ max: 40 }), (whole, isBad, stopAfter) => {
        const once = new Map<string, readonly Row[]>();
        load(whole, isBad, once);
        const twice = new Map<string, readonly Row[]>();
        load(whole, isBad, twice, stopAfter);
        load(whole, isBad, twice);
        expect([...twice.keys()].sort()).toEqual([...once.keys()].sort());
      }),
    );
  });

  it('needs about two inserts for each halving', () => {
    const offsets = Array.from({ length: 1024 }, (_none, index) => index);
    const stored = new Map<string, readonly Row[]>();
    load(range(0, 1024, offsets), ({ offset }) => offset === 700n, stored);
    expect(stored.size).toBe(10);
  });
});
