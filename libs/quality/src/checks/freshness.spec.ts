import type { StageCounts } from '@headwater/contracts';
import { aWindow, benchOf, deviationsOf } from '../testing/check-bench';
import { aSummary } from '../testing/pipeline';
import { MONDAY } from '../testing/traffic';
import { HOUR, MINUTE, WEEK } from '../time';
import { freshness } from './freshness';

const input = { lastArrival: 0, lag: 0, readUpTo: 0, everSeen: true };

describe('freshness: silence', () => {
  it('is a matter of minutes where many events are expected, and of more where few are', () => {
    const minutesUntil = (rate: number): number => {
      const bench = benchOf(freshness, {}, WEEK);
      for (const week of [0, 1, 2])
        for (let minute = 0; minute < 120; minute += 1) {
          const at = MONDAY + week * WEEK + 9 * HOUR + minute * MINUTE;
          const silent = week === 2 && minute >= 60;
          const found = bench.close(
            aWindow('enricher', at, ...(silent ? [] : [{ in: rate + (minute % 3) - 1 }])),
          );
          if (deviationsOf(found).some((text) => text.startsWith('deviates silence'))) return minute - 59;
        }
      return Number.POSITIVE_INFINITY;
    };
    expect(minutesUntil(100)).toBe(1);
    expect(minutesUntil(10)).toBeLessThanOrEqual(3);
    expect(minutesUntil(2)).toBeLessThanOrEqual(15);
    expect(minutesUntil(2)).toBeGreaterThan(5);
  });
});

describe('freshness: delay', () => {
  const minutes = 12 * MINUTE;

  it('is told once several windows in a row were late', () => {
    const { close } = benchOf(freshness);
    const verdicts = [minutes, 0, minutes, minutes, minutes, 1000].map((maxDelayMs, index) => {
      const observations = close(aWindow('loader', MONDAY + index * MINUTE, { in: 5, maxDelayMs }));
      return observations.find(({ subject }) => subject.aspect === 'delay')!;
    });
    expect(verdicts.map(({ verdict }) => verdict)).toEqual([
      'pending',
      'ok',
      'pending',
      'pending',
      'deviates',
      'ok',
    ]);
    expect(verdicts[4]!.describe()).toMatchObject({ startedAt: MONDAY + 2 * MINUTE, observed: 12, high: 10 });
    expect(verdicts[4]!.describe().summary).toContain('Events reach the loader up to 12 minutes after');
  });

  it('says nothing of a window without events', () => {
    const { close } = benchOf(freshness);
    expect(close(aWindow('loader', MONDAY))).toEqual([]);
  });
});

describe('freshness: stalls', () => {
  const at = (minute: number): number => MONDAY + minute * MINUTE;
  const counted = (stage: 'enricher' | 'validator', minute: number): StageCounts =>
    aSummary({ collector_tstamp: at(minute), stage, in_count: 1, out_count: 1 });

  it('is told when a stage stays behind what was handed to it', () => {
    const { watcher, progress } = benchOf(freshness);
    for (let minute = 0; minute < 30; minute += 1) {
      progress.note(counted('enricher', minute), at(minute));
      if (minute < 10) progress.note(counted('validator', minute), at(minute) + 1000);
    }
    expect(deviationsOf(watcher.onTick!(at(12), input))).toEqual([]);
    const observations = watcher.onTick!(at(30), input);
    expect(deviationsOf(observations)).toEqual(['deviates stall */total']);
    const finding = observations.find(({ verdict }) => verdict === 'deviates')!;
    expect(finding.subject.stage).toBe('validator');
    expect(finding.describe()).toMatchObject({ severity: 'critical', startedAt: at(9) });
    progress.note(counted('validator', 29), at(30));
    expect(deviationsOf(watcher.onTick!(at(31), input))).toEqual([]);
  });

  it('is not told of the moment between two stages, nor of a quiet pipeline', () => {
    const { watcher, progress } = benchOf(freshness);
    progress.note(counted('enricher', 0), at(0));
    progress.note(counted('validator', 0), at(0));
    progress.note(counted('enricher', 40), at(41));
    expect(deviationsOf(watcher.onTick!(at(41) + 1000, input))).toEqual([]);
    progress.note(counted('validator', 40), at(41) + 2000);
    expect(deviationsOf(watcher.onTick!(at(200), input))).toEqual([]);
  });
});
