import { aSummary } from '../testing/pipeline';
import { addCounts, emptyTally, isFlowStage, unitsOf } from './tally';

describe('addCounts', () => {
  it('adds every part of a summary, and takes nulls for nothing', () => {
    const tally = emptyTally('validator', 'shop', 'total');
    const given = {
      collector_tstamp: 0,
      in_count: 10,
      out_count: 6,
      failed: { schema_violation: 3 },
      dropped: { duplicate: 1 },
    };
    addCounts(tally, aSummary(given));
    addCounts(
      tally,
      aSummary({
        ...given,
        failed: { schema_violation: 1, size_violation: 2 },
        payloads_in: 4,
        max_delay_ms: 900,
      }),
    );
    addCounts(
      tally,
      aSummary({
        collector_tstamp: 0,
        in_count: null,
        out_count: null,
        failed: null,
        dropped: null,
        max_delay_ms: null,
      }),
    );
    expect(tally).toMatchObject({ in: 20, out: 12, failed: 6, dropped: 2, payloadsIn: 4, maxDelayMs: 900 });
    expect(tally.failedBy).toEqual({ schema_violation: 4, size_violation: 2 });
  });

  it('keeps a bounded number of failure types', () => {
    const tally = emptyTally('validator', 'shop', 'total');
    const failed = Object.fromEntries(Array.from({ length: 500 }, (_, type) => [`type_${String(type)}`, 1]));
    addCounts(tally, aSummary({ collector_tstamp: 0, failed }));
    expect(tally.failed).toBe(500);
    expect(Object.keys(tally.failedBy).length).toBeLessThanOrEqual(21);
  });

  it('knows the stages of the flow', () => {
    expect([isFlowStage('loader'), isFlowStage('unknown'), isFlowStage(null)]).toEqual([true, false, false]);
  });
});

describe('unitsOf', () => {
  it('says what became of what came in, whatever the reason', () => {
    const counts = aSummary({
      collector_tstamp: 0,
      stage: 'validator',
      in_count: 10,
      out_count: 6,
      failed: { schema_violation: 2, size_violation: 1 },
      dropped: { duplicate: 1 },
    });
    expect(unitsOf(counts)).toEqual({
      stage: 'validator',
      appId: 'shop',
      in: 10,
      out: 6,
      failed: 3,
      dropped: 1,
    });
    expect(
      unitsOf({ ...counts, in_count: null, out_count: null, failed: null, dropped: null }),
    ).toMatchObject({ in: 0, out: 0, failed: 0, dropped: 0 });
  });

  it.each([
    ['an event of the app', { series: 'event_name=view' }],
    ['the link to payloads', { app_id: '*', series: 'payloads' }],
    ['a gap', { app_id: '*', series: 'gap' }],
    ['a stage that is none', { stage: 'unknown' as const }],
  ])('counts nothing for %s: it is counted elsewhere, or not at all', (_case, fields) => {
    expect(unitsOf(aSummary({ collector_tstamp: 0, in_count: 5, ...fields }))).toBeNull();
  });
});
