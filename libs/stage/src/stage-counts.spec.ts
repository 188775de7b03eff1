import fc from 'fast-check';
import { gapSummary, MAX_EVENT_SERIES, StageCounter, minuteOf, type CountSource } from './stage-counts';

const source: CountSource = { stage: 'validator', unit: 'event', source: 'enriched-events/0/0-9', lag: 4 };
const subject = (app_id: string, minute: number, event_name: string | null = null) => ({
  app_id,
  collector_tstamp: minute * 60_000 + 17,
  event_name,
});

describe('StageCounter', () => {
  it('adds up by minute, app and series', () => {
    const counter = new StageCounter(source);
    counter.ok(subject('shop', 1, 'page_view'), 40);
    counter.ok(subject('shop', 1), 90);
    counter.failed(subject('shop', 1, 'page_view'), 'schema_violation');
    counter.dropped(subject('shop', 2), 'duplicate');
    const rows = counter
      .summaries()
      .map((row) => [
        row.app_id,
        row.collector_tstamp / 60_000,
        row.series,
        row.in_count,
        row.out_count,
        row.failed,
        row.dropped,
        row.max_delay_ms,
      ]);
    expect(rows).toEqual([
      ['shop', 1, 'total', 3, 2, { schema_violation: 1 }, {}, 90],
      ['shop', 1, 'event_name=page_view', 2, 1, { schema_violation: 1 }, {}, 40],
      ['shop', 2, 'total', 1, 0, {}, { duplicate: 1 }, 0],
    ]);
  });

  it('links payloads to the minute they were collected in', () => {
    const counter = new StageCounter(source);
    counter.payload(60_000);
    counter.payload(60_001);
    expect(counter.summaries()).toMatchObject([
      { app_id: '*', series: 'payloads', collector_tstamp: 60_000, payloads_in: 2 },
    ]);
  });

  it('gives a re-sent summary the same id, and another range another one', () => {
    const idsFor = (from: CountSource): string[] => {
      const counter = new StageCounter(from);
      counter.ok(subject('shop', 1));
      return counter.summaries().map(({ counts_id }) => counts_id);
    };
    expect(idsFor(source)).toEqual(idsFor(source));
    expect(idsFor(source)).not.toEqual(idsFor({ ...source, source: 'enriched-events/0/10-19' }));
  });

  it('folds event names beyond the bound, so that a hostile name cannot make series without end', () => {
    const counter = new StageCounter(source);
    for (let index = 0; index < MAX_EVENT_SERIES + 50; index += 1)
      counter.ok(subject('shop', 1, `event_${index}`));
    const rows = counter.summaries();
    expect(rows).toHaveLength(MAX_EVENT_SERIES + 2);
    expect(rows.find(({ series }) => series === 'event_name=*')?.in_count).toBe(50);
  });

  it('always closes: in = out + failed + dropped', () => {
    const kinds = fc.constantFrom('ok', 'failed', 'dropped');
    fc.assert(
      fc.property(
        fc.array(fc.record({ kind: kinds, app: fc.constantFrom('a', 'b'), minute: fc.nat(3) })),
        (events) => {
          const counter = new StageCounter(source);
          for (const { kind, app, minute } of events) {
            if (kind === 'ok') counter.ok(subject(app, minute));
            else if (kind === 'failed') counter.failed(subject(app, minute), 'unknown');
            else counter.dropped(subject(app, minute), 'duplicate');
          }
          const sum = (counts: Readonly<Record<string, number>> | null): number =>
            Object.values(counts ?? {}).reduce((a, b) => a + b, 0);
          const rows = counter.summaries();
          expect(
            rows.filter((row) => row.in_count !== (row.out_count ?? 0) + sum(row.failed) + sum(row.dropped)),
          ).toEqual([]);
          expect(rows.reduce((total, row) => total + (row.in_count ?? 0), 0)).toBe(events.length);
        },
      ),
    );
  });
});

it('cuts a time to its minute', () => {
  expect(minuteOf(119_999)).toBe(60_000);
});

describe('gapSummary', () => {
  it('names the range, changes no sum, and is the same whenever it is noticed', () => {
    const first = gapSummary('enricher', 'collector-payloads/3/100-199', 61_000);
    expect(first).toMatchObject({
      app_id: '*',
      stage: 'enricher',
      series: 'gap',
      source: 'collector-payloads/3/100-199',
      collector_tstamp: 60_000,
      in_count: 0,
      out_count: 0,
      failed: {},
      dropped: {},
    });
    expect(gapSummary('enricher', 'collector-payloads/3/100-199', 999_000).counts_id).toBe(first.counts_id);
    expect(gapSummary('enricher', 'collector-payloads/3/100-200', 61_000).counts_id).not.toBe(
      first.counts_id,
    );
    expect(gapSummary('validator', 'collector-payloads/3/100-199', 61_000).counts_id).not.toBe(
      first.counts_id,
    );
  });
});
