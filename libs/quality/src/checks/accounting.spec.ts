import type { StageCounts } from '@headwater/contracts';
import { scaledRuns } from '@headwater/testing';
import fc from 'fast-check';
import { benchOf, deviationsOf } from '../testing/check-bench';
import type { LinkName, LinkSighting } from '../counts/link-watch';
import type { FlowStage } from '../counts/tally';
import { aSummary, summariesOf } from '../testing/pipeline';
import { MONDAY } from '../testing/traffic';
import { MINUTE } from '../time';
import { accounting } from './accounting';
import type { Observation } from './check';

const input = { lastArrival: 0, lag: 0, readUpTo: 0, everSeen: true };
const events = { shop: { view: 100, cart: 20 }, blog: { view: 10 } };

/** Plays summaries minute by minute, then an hour without faults so that everything becomes ripe. */
function play(minutes: readonly (readonly StageCounts[])[]): readonly Observation[] {
  const { watcher, progress } = benchOf(accounting);
  const observations: Observation[] = [];
  const all = [
    ...minutes,
    ...Array.from({ length: 30 }, (_, index) =>
      summariesOf({ at: MONDAY + (minutes.length + index) * MINUTE, events }),
    ),
  ];
  all.forEach((summaries, index) => {
    const now = MONDAY + (index + 1) * MINUTE;
    for (const summary of summaries) {
      progress.note(summary, now);
      watcher.onCounts!(summary, now);
    }
    observations.push(...watcher.onTick!(now, input));
  });
  return observations;
}

const minute = (
  change: (summary: StageCounts) => StageCounts | null = (summary) => summary,
  index = 0,
): readonly StageCounts[] =>
  summariesOf({ at: MONDAY + index * MINUTE, events })
    .map(change)
    .filter((summary) => summary !== null);

const isTotal = (summary: StageCounts, stage: string, app = 'shop'): boolean =>
  summary.stage === stage && summary.app_id === app && summary.series === 'total';

describe('accounting', () => {
  it('closes when every stage counts what it was handed', () => {
    const observations = play([minute()]);
    expect(deviationsOf(observations)).toEqual([]);
    expect(new Set(observations.map(({ subject }) => subject.aspect))).toEqual(
      new Set(['within', 'from_collector', 'from_enricher', 'from_validator']),
    );
  });

  it.each([
    ['within a stage', 'validator', { out_count: 110 }, 'within', 'validator'],
    [
      'between enricher and validator',
      'validator',
      { in_count: 115, out_count: 115 },
      'from_enricher',
      'validator',
    ],
    ['before the loader', 'loader', { in_count: 119, out_count: 119 }, 'from_validator', 'loader'],
  ])('finds events that are missing %s', (_case, stage, change, aspect, owner) => {
    const observations = play([
      minute((summary) => (isTotal(summary, stage) ? { ...summary, ...change } : summary)),
    ]);
    const found = observations.filter(({ verdict }) => verdict === 'deviates');
    expect(found.map(({ subject }) => subject)).toContainEqual({
      appId: 'shop',
      stage: owner,
      series: 'total',
      aspect,
    });
    expect(found.every(({ subject }) => subject.appId === 'shop')).toBe(true);
    expect(found[0]!.describe()).toMatchObject({ severity: 'critical', startedAt: MONDAY });
  });

  it('finds payloads that the enricher never took, and does not mind those that a dead collector forgot to count', () => {
    const collectorCounts = (out: number) =>
      minute((summary) =>
        isTotal(summary, 'collector', '*') ? { ...summary, in_count: out, out_count: out } : summary,
      );
    expect(deviationsOf(play([collectorCounts(135)]))).toEqual(['deviates from_collector */total']);
    expect(deviationsOf(play([collectorCounts(120)]))).toEqual([]);
  });

  it('counts failed and dropped events as accounted for', () => {
    const split = minute((summary) => {
      if (isTotal(summary, 'validator'))
        return { ...summary, out_count: 100, failed: { schema_violation: 15 }, dropped: { duplicate: 5 } };
      return isTotal(summary, 'loader') ? { ...summary, in_count: 100, out_count: 100 } : summary;
    });
    expect(deviationsOf(play([split]))).toEqual([]);
  });

  it('adds up pieces in any order and however late within the grace', () => {
    const whole = minute();
    fc.assert(
      fc.property(fc.shuffledSubarray([...whole], { minLength: whole.length }), fc.nat(8), (order, delay) => {
        const late = order.slice(5).map((summary) => summary);
        const minutes = [order.slice(0, 5), ...Array.from({ length: delay }, () => []), late];
        expect(deviationsOf(play(minutes).filter(({ at }) => at === MONDAY + MINUTE))).toEqual([]);
      }),
      { numRuns: scaledRuns(30) },
    );
  });

  it('tells within a minute of the close of a window what a stage lost, also when its summary comes late', () => {
    const { watcher, progress } = benchOf(accounting);
    const lossy = (index: number): StageCounts =>
      aSummary({
        counts_id: `lossy-${String(index)}`,
        collector_tstamp: MONDAY,
        stage: 'validator',
        in_count: 9,
        out_count: 7,
      });
    const told: string[] = [];
    for (let index = 0; index < 12; index += 1) {
      const now = MONDAY + (index + 1) * MINUTE;
      for (const summary of [
        ...minute(undefined, index),
        ...(index === 1 || index === 8 ? [lossy(index)] : []),
      ]) {
        progress.note(summary, now);
        watcher.onCounts!(summary, now);
      }
      for (const { verdict, describe } of watcher.onTick!(now, input))
        if (verdict === 'deviates') told.push(`minute ${String(index)}: ${describe().summary}`);
    }
    expect(told).toEqual([
      expect.stringMatching(/^minute 1: 2 events .* are missing/),
      expect.stringMatching(/^minute 8: 4 events .* are missing/),
    ]);
  });

  it('says so when it has to give windows up, and when that is over', () => {
    const { watcher } = benchOf(accounting);
    const tick = (index: number): readonly Observation[] =>
      watcher.onTick!(MONDAY + index * MINUTE, input).filter(({ subject }) => subject.aspect === 'given_up');
    const summary = aSummary({ collector_tstamp: MONDAY });
    for (let app = 0; app < 100_002; app += 1)
      watcher.onCounts!({ ...summary, app_id: `app-${String(app)}` }, MONDAY);
    const [told] = tick(0);
    expect(told).toMatchObject({ verdict: 'deviates', subject: { stage: 'quality_monitor', appId: '*' } });
    expect(told?.describe().summary).toContain('2 windows was given up');
    expect(tick(1).map(({ verdict }) => verdict)).toEqual(['ok']);
    expect(tick(2)).toEqual([]);
  });

  it('waits for a stage that has not come so far', () => {
    const { watcher, progress } = benchOf(accounting);
    for (let index = 0; index < 60; index += 1) {
      const now = MONDAY + (index + 1) * MINUTE;
      for (const summary of minute((one) => (one.stage === 'loader' && index > 0 ? null : one), index)) {
        progress.note(summary, now);
        watcher.onCounts!(summary, now);
      }
      expect(deviationsOf(watcher.onTick!(now, input))).toEqual([]);
    }
  });

  it('balances what is replayed into an old minute by itself', () => {
    const replay = (stage: 'enricher' | 'validator' | 'loader'): StageCounts =>
      aSummary({ collector_tstamp: MONDAY, stage, in_count: 7, out_count: 7, source: 'replays/0/5-12' });
    const minutes = Array.from({ length: 40 }, (_, index) => minute(undefined, index));
    const later = [...minutes[39]!, replay('enricher'), replay('validator'), replay('loader')];
    expect(deviationsOf(play([...minutes.slice(0, 39), later]))).toEqual([]);
  });

  it('says at the end whether what was missing has come', () => {
    const { watcher, progress } = benchOf(accounting);
    const told: string[] = [];
    let before = '';
    const late: StageCounts[] = [];
    for (let index = 0; index < 60; index += 1) {
      const now = MONDAY + (index + 1) * MINUTE;
      const summaries = minute((summary) => {
        if (index !== 3 || !isTotal(summary, 'validator')) return summary;
        late.push({ ...summary, counts_id: 'late', in_count: 20, out_count: 20 });
        return { ...summary, in_count: 100, out_count: 100 };
      }, index);
      for (const summary of [...summaries, ...(index === 30 ? late : [])]) {
        progress.note(summary, now);
        watcher.onCounts!(summary, now);
      }
      if (index === 30) before = told.at(-1) ?? '';
      for (const observation of watcher.onTick!(now, input))
        if (observation.subject.aspect === 'from_enricher' && observation.subject.appId === 'shop')
          told.push(observation.describe().summary);
    }
    expect(told.filter((text) => text.startsWith('20 events of app shop are missing'))).toHaveLength(1);
    expect(before).toContain('a difference of 20 events from before remains');
    expect(told.at(-1)).toContain('what was missing has come');
  });

  describe('where the brokers say how far the stages have read', () => {
    /** A bench in which a summary is handed over and the clock ticks. */
    const bench = () => {
      const { watcher, progress, links } = benchOf(accounting);
      return {
        watcher,
        links,
        count: (now: number, ...summaries: readonly StageCounts[]): void => {
          for (const summary of summaries) {
            progress.note(summary, now);
            watcher.onCounts!(summary, now);
          }
        },
        deviations: (now: number): readonly string[] => deviationsOf(watcher.onTick!(now, input)),
      };
    };
    const nothing = new Map<number, bigint>();
    const one = new Map([[0, 1n]]);
    const looked = (link: LinkName, at: number): LinkSighting => ({
      link,
      at,
      ends: one,
      committed: one,
      countsEnds: nothing,
      countsRead: nothing,
    });
    const lags = (link: LinkName, at: number): LinkSighting => ({ ...looked(link, at), committed: nothing });
    const counted = (stage: FlowStage, count: number, fields: Partial<StageCounts> = {}): StageCounts =>
      aSummary({ collector_tstamp: MONDAY, stage, in_count: count, out_count: count, ...fields });
    const CLOSE = MONDAY + MINUTE;

    it('tells what is missing between two stages as soon as the second has passed it', () => {
      const { watcher, links, count, deviations } = bench();
      count(CLOSE - 9_000, counted('enricher', 10), counted('validator', 8), counted('loader', 8));
      expect(deviations(CLOSE - 5_000)).toEqual([]);
      links.note(looked('validator', CLOSE - 4_000));
      const [found, ...others] = watcher.onTick!(CLOSE, input).filter(
        ({ verdict }) => verdict === 'deviates',
      );
      expect(others).toEqual([]);
      expect(found!.subject).toMatchObject({ appId: 'shop', stage: 'validator', aspect: 'from_enricher' });
      expect(found!.describe()).toMatchObject({
        severity: 'critical',
        summary: expect.stringContaining('2 events of app shop are missing') as string,
        explanation: expect.stringContaining('has read everything that was handed on to it') as string,
      });
      expect(deviations(CLOSE + 30 * MINUTE)).toEqual([]);
    });

    it('asks for the positions of a link only while its sides differ', () => {
      const { watcher, links, count, deviations } = bench();
      count(CLOSE - 9_000, counted('enricher', 10), counted('validator', 10), counted('loader', 8));
      deviations(CLOSE - 1);
      expect([...watcher.waitsFor!]).toEqual([]);
      deviations(CLOSE);
      expect([...watcher.waitsFor!]).toEqual(['loader']);
      links.note(looked('loader', CLOSE));
      deviations(CLOSE + 1);
      expect([...watcher.waitsFor!]).toEqual([]);
    });

    it('tells nothing of what was looked at before the last count came in', () => {
      const { links, count, deviations } = bench();
      links.note(looked('validator', CLOSE));
      count(CLOSE + 1, counted('enricher', 10), counted('validator', 8), counted('loader', 8));
      expect(deviations(CLOSE + 2)).toEqual([]);
      links.note(looked('validator', CLOSE + 1));
      expect(deviations(CLOSE + 3)).toEqual(['deviates from_enricher shop/total']);
    });

    it('tells nothing while the second stage is behind, however long, and what is missing when it has caught up', () => {
      const { links, count, deviations } = bench();
      count(CLOSE, counted('enricher', 10), counted('validator', 10), counted('loader', 0));
      for (let minute = 0; minute < 120; minute += 1) {
        links.note(lags('loader', CLOSE + minute * MINUTE));
        // The rest of the pipeline goes on, and all that the loader is heard of is this.
        count(CLOSE + minute * MINUTE, counted('loader', 0, { collector_tstamp: CLOSE + minute * MINUTE }));
        expect(deviations(CLOSE + minute * MINUTE)).toEqual([]);
      }
      count(CLOSE + 120 * MINUTE, counted('loader', 9, { source: 'valid-events/0/0-10' }));
      links.note(looked('loader', CLOSE + 120 * MINUTE));
      expect(deviations(CLOSE + 120 * MINUTE)).toEqual(['deviates from_validator shop/total']);
    });

    it('waits for what a collector still has to count, which comes after what it counts', () => {
      const { links, count, deviations } = bench();
      const payloads = (payloads_in: number): StageCounts =>
        aSummary({
          collector_tstamp: MONDAY,
          app_id: '*',
          stage: 'enricher',
          series: 'payloads',
          payloads_in,
        });
      const collected = (source: string, taken: number): StageCounts =>
        counted('collector', taken, { app_id: '*', source, unit: 'payload' });
      count(CLOSE, payloads(10), collected('collector/a/1', 4));
      links.note(looked('enricher', CLOSE));
      expect(deviations(CLOSE)).toEqual([]);
      count(CLOSE + MINUTE, collected('collector/a/2', 6));
      links.note(looked('enricher', CLOSE + MINUTE));
      expect(deviations(CLOSE + MINUTE)).toEqual([]);
      count(CLOSE + 2 * MINUTE, collected('collector/a/3', 1));
      expect(deviations(CLOSE + 2 * MINUTE)).toEqual([]);
      links.note(looked('enricher', CLOSE + 2 * MINUTE));
      expect(deviations(CLOSE + 2 * MINUTE)).toEqual(['deviates from_collector */total']);
    });

    it('says nothing new of an old loss when a replay passes through its window', () => {
      const { links, count, deviations } = bench();
      count(CLOSE, counted('enricher', 10), counted('validator', 8), counted('loader', 8));
      links.note(looked('validator', CLOSE));
      expect(deviations(CLOSE)).toEqual(['deviates from_enricher shop/total']);
      const later = CLOSE + 300 * MINUTE;
      for (const stage of ['enricher', 'validator', 'loader'] as const) {
        count(later, counted(stage, 7, { source: 'replays/0/5-12' }));
        for (const link of ['validator', 'loader'] as const) links.note(lags(link, later));
        expect(deviations(later)).toEqual([]);
      }
      for (const link of ['validator', 'loader'] as const) links.note(looked(link, later));
      expect(deviations(later)).toEqual([]);
      count(later, counted('enricher', 1, { source: 'replays/0/13-14' }));
      links.note(looked('validator', later));
      expect(deviations(later)).toEqual(['deviates from_enricher shop/total']);
    });

    it('falls back to waiting where the brokers stop answering', () => {
      const { links, count, deviations } = bench();
      count(
        CLOSE,
        ...minute((summary) =>
          isTotal(summary, 'validator') ? { ...summary, in_count: 119, out_count: 119 } : summary,
        ),
      );
      links.note(lags('validator', CLOSE));
      const told = Array.from({ length: 30 }, (_, index) => {
        const now = CLOSE + index * MINUTE;
        count(now, ...minute(undefined, index + 1));
        return deviations(now).map((what) => `${String(index)}: ${what}`);
      });
      expect(told.flat()).toContain('10: deviates from_enricher shop/total');
      expect(told.slice(0, 10).flat()).toEqual([]);
    });

    it('never raises a false alarm and never misses a loss, in whatever order stages, monitor and looks take turns', () => {
      fc.assert(
        fc.property(
          fc.array(fc.nat(9), { minLength: 20, maxLength: 120 }),
          fc.option(fc.constantFrom('validator' as const, 'loader' as const), { nil: null }),
          (turns, thief) => {
            const { links, count, deviations } = bench();
            const pipeline = new TwoLinks(thief);
            let now = CLOSE;
            const told: string[] = [];
            const take = (turn: number): void => {
              now += 100;
              if (turn <= 6) pipeline.step(turn);
              else if (turn === 7) count(now, ...pipeline.read(1));
              else if (turn === 8) told.push(...deviations(now));
              else for (const link of ['validator', 'loader'] as const) pipeline.look(link, now);
              for (const sighting of pipeline.sightings.splice(0)) links.note(sighting);
            };
            turns.forEach(take);
            expect(told.filter((what) => thief === null || !what.includes(`from_${before(thief)}`))).toEqual(
              [],
            );
            // Everything comes to rest.
            for (let round = 0; round < 200; round += 1) for (let turn = 1; turn < 10; turn += 1) take(turn);
            const isLost = thief !== null && pipeline.stolen > 0;
            expect(new Set(told)).toEqual(
              new Set(isLost ? [`deviates from_${before(thief)} shop/total`] : []),
            );
          },
        ),
        { numRuns: scaledRuns(300) },
      );
    });
  });
});

const before = (thief: 'validator' | 'loader'): string => (thief === 'loader' ? 'validator' : 'enricher');

/**
 * Enricher, validator and loader with their logs: enricher and validator write output, counts and offset at once, the
 * loader its counts before its offset, again under the same id when it dies in between. A thief loses its third event
 * without counting it. A look asks one thing a turn of the others.
 */
class TwoLinks {
  readonly sightings: LinkSighting[] = [];
  stolen = 0;
  private enriched = 0;
  private valid = 0;
  private readonly counts: StageCounts[] = [];
  private readonly committed = { validator: 0, loader: 0 };
  private loading: number | null = null;
  private readSoFar = 0;
  private readonly seen = new Set<string>();
  private readonly looking = new Map<
    LinkName,
    { at: number; ends: number; committed?: number; countsEnd?: number }
  >();

  constructor(private readonly thief: 'validator' | 'loader' | null) {}

  step(turn: number): void {
    if (turn === 0) {
      this.enriched += 2;
      this.write('enricher', 2, this.enriched);
    } else if (turn <= 2) this.validate(turn);
    else if (turn === 3) this.beginLoading(1);
    else if (turn === 4) this.commitLoaded();
    else if (turn === 5) this.beginLoading(2);
    else this.askOn();
  }

  /** Takes some of the counts that are there. */
  read(most: number): readonly StageCounts[] {
    const read = this.counts.slice(this.readSoFar, this.readSoFar + most);
    this.readSoFar += read.length;
    return read.filter(({ counts_id }) => {
      const isNew = !this.seen.has(counts_id);
      this.seen.add(counts_id);
      return isNew;
    });
  }

  look(link: LinkName, at: number): void {
    if (this.looking.has(link)) this.askOn();
    else this.looking.set(link, { at, ends: link === 'loader' ? this.valid : this.enriched });
  }

  /** The next question of each look, and its end. */
  private askOn(): void {
    for (const [link, look] of this.looking) {
      if (look.committed === undefined) look.committed = this.committed[link as 'validator' | 'loader'];
      else if (look.countsEnd === undefined) look.countsEnd = this.counts.length;
      else {
        this.looking.delete(link);
        const one = (offset: number): ReadonlyMap<number, bigint> => new Map([[0, BigInt(offset)]]);
        this.sightings.push({
          link,
          at: look.at,
          ends: one(look.ends),
          committed: one(look.committed),
          countsEnds: one(look.countsEnd),
          countsRead: one(this.readSoFar),
        });
      }
    }
  }

  private validate(most: number): void {
    const taken = Math.min(most, this.enriched - this.committed.validator);
    if (taken === 0) return;
    const kept = this.keep('validator', this.committed.validator, taken);
    this.committed.validator += taken;
    this.valid += kept;
    this.write('validator', kept, this.committed.validator);
  }

  private beginLoading(most: number): void {
    const first = this.committed.loader;
    // Who takes over a batch that was begun, or does not know whether it was, takes exactly that batch.
    this.loading ??= Math.min(most, this.valid - first);
    if (this.loading > 0)
      this.write('loader', this.keep('loader', first, this.loading), first + this.loading);
    else this.loading = null;
  }

  private commitLoaded(): void {
    if (this.loading === null) return;
    this.committed.loader += this.loading;
    this.loading = null;
  }

  private keep(stage: 'validator' | 'loader', first: number, taken: number): number {
    const steals = this.thief === stage && first <= 2 && first + taken > 2;
    if (steals) this.stolen = 1;
    return taken - (steals ? 1 : 0);
  }

  private write(stage: FlowStage, count: number, upTo: number): void {
    this.counts.push(
      aSummary({
        collector_tstamp: MONDAY,
        stage,
        in_count: count,
        out_count: count,
        source: `topic/0/${String(upTo - count)}-${String(upTo)}`,
      }),
    );
  }
}
