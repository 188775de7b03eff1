import { aSummary } from '../testing/pipeline';
import { MONDAY } from '../testing/traffic';
import { MINUTE } from '../time';
import { Progress } from './progress';

const at = (minute: number): number => MONDAY + minute * MINUTE;

describe('Progress', () => {
  const note = (
    progress: Progress,
    stage: 'collector' | 'enricher' | 'validator',
    minute: number,
    given = {},
  ): void => {
    progress.note(aSummary({ collector_tstamp: at(minute), stage, out_count: 1, ...given }), at(minute));
  };

  it('knows nothing of a stage that never reported', () => {
    expect(new Progress().watermark('loader', 0)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('takes a stage to be as far as the pipeline when nothing waits for it', () => {
    const progress = new Progress();
    note(progress, 'collector', 1);
    note(progress, 'enricher', 1);
    note(progress, 'collector', 9, { out_count: 0 });
    expect(progress.watermark('enricher', at(9))).toBe(at(9));
    expect(progress.stalledFor('enricher', at(30))).toBe(0);
  });

  it('takes it to be where it was when something does', () => {
    const progress = new Progress();
    note(progress, 'collector', 1);
    note(progress, 'enricher', 1);
    note(progress, 'collector', 9);
    expect(progress.watermark('enricher', at(9))).toBe(at(1));
    expect(progress.watermark('collector', at(9))).toBe(at(9));
    expect(progress.behindUpstream('enricher')).toBe(8 * MINUTE);
    expect(progress.stalledFor('enricher', at(14))).toBe(5 * MINUTE);
  });

  it('is held back by a partition that is behind, for as long as that is heard of', () => {
    const progress = new Progress();
    note(progress, 'enricher', 2, { source: 'collector-payloads/3/10-20', lag_records: 500 });
    note(progress, 'enricher', 8, { source: 'collector-payloads/1/10-20', lag_records: 0 });
    expect(progress.watermark('enricher', at(8))).toBe(at(2));
    expect(progress.watermark('enricher', at(13))).toBe(at(8));
    note(progress, 'enricher', 8, { source: 'collector-payloads/3/20-520', lag_records: 0 });
    expect(progress.watermark('enricher', at(8))).toBe(at(8));
  });

  it('is held back by what the monitor itself has not read', () => {
    const progress = new Progress();
    note(progress, 'enricher', 8);
    progress.noteOwn('stage-counts/0', 100, at(3) + 1, at(8));
    expect(progress.watermark('enricher', at(8))).toBe(at(3));
    progress.noteOwn('stage-counts/0', 0, at(8), at(8));
    expect(progress.watermark('enricher', at(8))).toBe(at(8));
  });
});
