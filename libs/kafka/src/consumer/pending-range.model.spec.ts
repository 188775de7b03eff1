import { scaledRuns } from '@headwater/testing';
import fc from 'fast-check';
import { differenceOf, formatPending, parsePending, rangeOf, recoveryOf } from './pending-range';

/**
 * The state machine of the loader's ranges against a model of thirty lines: owners come and go at any step, two may believe
 * that they own the partition, retention removes the head of the log. `npm run fuzz -- --properties` runs it more often.
 */
const RUNS = scaledRuns(100);
const STEPS = 50;

interface Row {
  readonly offset: string;
  readonly value: Buffer;
  /** Id of the schema that it was written with. */
  readonly schema: number;
}

/** What must hold whatever happens: rows that are stored or failed, once each, and those that were lost and said to be. */
interface Model {
  end: number;
  start: number;
  stored: Set<number>;
  failed: Set<number>;
  /** Rows of ranges that were noted and could not be made again. */
  givenUp: Set<number>;
}

/** The world: a log, a group's offset with its note, and a database that knows tokens and forgets none. */
class World {
  log: Row[] = [];
  start = 0n;
  committed = 0n;
  note: string | null = null;
  /** Times that the group's owner changed: what an older owner commits is refused, as a fenced member's is. */
  generation = 0;
  readonly rows: string[] = [];
  /** Of records whose schema nobody knew. They have an id of their own, so that a second one does no harm. */
  readonly failed = new Set<string>();
  /** Schemas that the registry holds. */
  readonly known = new Set([0]);
  private readonly tokens = new Set<string>();

  read(from: bigint, next: bigint): readonly Row[] {
    return this.log.filter(({ offset }) => BigInt(offset) >= from && BigInt(offset) < next);
  }

  /** A token that was seen before stores nothing, which is what makes a repeated batch harmless. It is made of the rows. */
  insert(rows: readonly Row[]): void {
    const token = rows.map(({ offset }) => offset).join();
    if (this.tokens.has(token)) return;
    this.tokens.add(token);
    this.rows.push(...rows.map(({ offset }) => offset));
  }

  commit(generation: number, offset: bigint, note: string | null): boolean {
    if (generation !== this.generation) return false;
    [this.committed, this.note] = [offset, note];
    return true;
  }
}

/** An owner of the partition that may be left at any step, and go on later although it was replaced. */
class Owner {
  private step: 'fresh' | 'noted' | 'stored' = 'fresh';
  private batch: readonly Row[] = [];
  /** Schemas whose records are taken; null for all. */
  private schemas: readonly number[] | null = null;
  private recovered = false;
  lost: readonly [bigint, bigint] | null = null;

  constructor(
    private readonly world: World,
    private readonly generation: number,
    private readonly size: number,
  ) {}

  /** One step: take over, note, store or commit. */
  advance(): void {
    const { world } = this;
    if (this.step === 'fresh') {
      if (!this.recovered && !this.recover()) return;
      const from = world.committed < world.start ? world.start : world.committed;
      this.batch = world.log.filter(({ offset }) => BigInt(offset) >= from).slice(0, this.size);
      const [head, ...rest] = this.batch;
      if (!head) return;
      const met = [...new Set(this.batch.map(({ schema }) => schema))];
      const known = met.filter((schema) => world.known.has(schema));
      this.schemas = known.length === met.length ? null : known;
      const note = formatPending(rangeOf([head, ...rest], this.schemas));
      if (world.commit(this.generation, from, note)) this.step = 'noted';
      return;
    }
    const [head, ...rest] = this.batch;
    if (!head) return;
    const range = rangeOf([head, ...rest]);
    if (this.step === 'noted') {
      const { schemas } = this;
      const taken = this.batch.filter(({ schema }) => schemas?.includes(schema) ?? true);
      // One that was known and is not any more is waited for.
      if (taken.some(({ schema }) => !world.known.has(schema))) return;
      world.insert(taken);
      for (const row of this.batch) if (!taken.includes(row)) world.failed.add(row.offset);
      this.step = 'stored';
      return;
    }
    if (world.commit(this.generation, range.next, null)) this.step = 'fresh';
  }

  /** @returns whether it may read on */
  private recover(): boolean {
    const { world } = this;
    const position = world.committed < world.start ? world.start : world.committed;
    const recovery = recoveryOf(parsePending(world.note), position);
    this.recovered = true;
    if (recovery.kind === 'none') return true;
    if (recovery.kind === 'lost') {
      const { first, next } = recovery.range;
      this.lost = [first, next];
      return world.commit(this.generation, next, null);
    }
    this.batch = world.read(recovery.range.first, recovery.range.next);
    this.schemas = recovery.range.schemas;
    expect(differenceOf(recovery.range, this.batch)).toBeNull();
    this.step = 'noted';
    return false;
  }
}

interface Real {
  readonly world: World;
  owners: Owner[];
}

const check = (model: Model, { world, owners }: Real): void => {
  // Never twice, whoever stored it.
  expect(new Set(world.rows).size).toBe(world.rows.length);
  for (const row of world.rows) model.stored.add(Number(row));
  for (const row of world.failed) model.failed.add(Number(row));
  // Never a row and a failed event of one record.
  expect([...model.failed].filter((row) => model.stored.has(row))).toEqual([]);
  for (const { lost } of owners)
    if (lost) for (let offset = lost[0]; offset < lost[1]; offset += 1n) model.givenUp.add(Number(offset));
  // What lies before the committed offset is stored, was given up aloud, or was removed before anybody read it.
  for (const { offset } of world.read(0n, world.committed))
    expect(
      model.stored.has(Number(offset)) ||
        model.failed.has(Number(offset)) ||
        model.givenUp.has(Number(offset)) ||
        Number(offset) < model.start,
    ).toBe(true);
};

class Append implements fc.Command<Model, Real> {
  constructor(private readonly gaps: readonly number[]) {}
  check = (): boolean => true;
  run(model: Model, real: Real): void {
    for (const gap of this.gaps) {
      const offset = model.end + gap;
      const value = Buffer.from(`row ${String(offset)}`);
      real.world.log.push({ offset: String(offset), value, schema: offset % 3 });
      model.end = offset + 1;
    }
    check(model, real);
  }
  toString = (): string => `append(${this.gaps.join()})`;
}

/** A schema becomes known, or is lost. */
class Turn implements fc.Command<Model, Real> {
  constructor(private readonly schema: number) {}
  check = (): boolean => true;
  run(model: Model, { world, owners }: Real): void {
    if (!world.known.delete(this.schema)) world.known.add(this.schema);
    check(model, { world, owners });
  }
  toString = (): string => `turn(${String(this.schema)})`;
}

class TakeOver implements fc.Command<Model, Real> {
  constructor(private readonly size: number) {}
  check = (): boolean => true;
  run(model: Model, real: Real): void {
    real.world.generation += 1;
    real.owners.push(new Owner(real.world, real.world.generation, this.size));
    check(model, real);
  }
  toString = (): string => `takeOver(${String(this.size)})`;
}

class Step implements fc.Command<Model, Real> {
  constructor(
    private readonly back: number,
    private readonly steps: number,
  ) {}
  check = (): boolean => true;
  run(model: Model, real: Real): void {
    // The newest owner, or one that was replaced and does not know it.
    const owner = real.owners.at(-1 - this.back) ?? real.owners.at(-1);
    for (let step = 0; step < this.steps; step += 1) owner?.advance();
    check(model, real);
  }
  toString = (): string => `step(${String(this.back)}, ${String(this.steps)})`;
}

class Retain implements fc.Command<Model, Real> {
  constructor(private readonly records: number) {}
  check = ({ start, end }: Readonly<Model>): boolean => start < end;
  run(model: Model, real: Real): void {
    real.world.log.splice(0, this.records);
    const first = real.world.log[0];
    model.start = first ? Number(first.offset) : model.end;
    real.world.start = BigInt(model.start);
    check(model, real);
  }
  toString = (): string => `retain(${String(this.records)})`;
}

describe('the state machine of ranges', () => {
  it('stores no row twice and passes over none, whatever owners do', () => {
    const commands = [
      fc.array(fc.nat(2), { minLength: 1, maxLength: 8 }).map((gaps) => new Append(gaps)),
      fc.integer({ min: 1, max: 6 }).map((size) => new TakeOver(size)),
      fc.integer({ min: 1, max: 2 }).map((schema) => new Turn(schema)),
      fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 7 })).map(([back, steps]) => new Step(back, steps)),
      fc.tuple(fc.constant(0), fc.integer({ min: 1, max: 7 })).map(([back, steps]) => new Step(back, steps)),
      fc.integer({ min: 1, max: 4 }).map((records) => new Retain(records)),
    ];
    let runs = 0;
    let stored = 0;
    let failed = 0;
    let lost = 0;
    fc.assert(
      fc.property(fc.commands(commands, { maxCommands: STEPS, size: 'max' }), (run) => {
        const model: Model = { end: 0, start: 0, stored: new Set(), failed: new Set(), givenUp: new Set() };
        fc.modelRun(() => ({ model, real: { world: new World(), owners: [] } }), run);
        stored += model.stored.size;
        failed += model.failed.size;
        lost += model.givenUp.size;
        runs += 1;
      }),
      { numRuns: RUNS },
    );
    // Runs in which nothing is stored, or nothing ever failed or lost, would prove little.
    expect([runs, stored > RUNS, failed > RUNS, lost > 0]).toEqual([RUNS, true, true, true]);
  });
});
