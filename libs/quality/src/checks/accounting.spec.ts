import type { StageCounts } from '@headwater/contracts';
import fc from 'fast-check';
import { benchOf, deviationsOf } from '../testing/check-bench';
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
      { numRuns: 30 },
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
      for (const observation of watcher.onTick!(now, input))
        if (observation.subject.aspect === 'from_enricher' && observation.subject.appId === 'shop')
          told.push(observation.describe().summary);
    }
    expect(told.filter((text) => text.startsWith('20 events of app shop are missing'))).toHaveLength(1);
    expect(told[4]).toContain('a difference of 20 events from before remains');
    expect(told.at(-1)).toContain('what was missing has come');
  });
});
