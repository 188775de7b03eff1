import { topics, type EnrichedEvent } from '@headwater/contracts';
import type { Batch, Received, Undecodable } from '@headwater/stage';
import { anEnrichedEvent, BUILT_AT } from '@headwater/testing';
import { refusedRow } from './failed-rows';
import { countLoaded, prepare, type FailedRow } from './prepare';
import { tables } from './tables';

const received = (offset: bigint, known: Partial<EnrichedEvent> = {}): Received<EnrichedEvent> => ({
  offset,
  timestamp: BUILT_AT + 500,
  value: anEnrichedEvent({ event_id: `6f1d9c1e-52a5-4d1c-8f0e-00000000000${offset}`, ...known }),
});
const undecodable: Undecodable = {
  offset: 11n,
  timestamp: BUILT_AT,
  undecodable: { reason: 'schema id 9 is not known', length: 12, sha256: 'ab' },
};
const batch = (...records: Batch<EnrichedEvent>['records']): Batch<EnrichedEvent> => ({
  topic: topics.validEvents,
  partition: 2,
  first: 9n,
  next: 14n,
  records,
  lag: 5,
});

describe('prepare', () => {
  it('makes rows of records, and failed events of what could not be decoded', () => {
    const { range, failed } = prepare(
      batch(received(9n), undecodable, received(12n)),
      tables.events,
      'headwater-loader/1',
    );
    expect(range).toMatchObject({ topic: 'valid-events', partition: 2, first: 9n, next: 14n });
    expect(range.rows.map(({ offset, id }) => [offset, id])).toEqual([
      [9n, '6f1d9c1e-52a5-4d1c-8f0e-000000000009'],
      [12n, '6f1d9c1e-52a5-4d1c-8f0e-0000000000012'],
    ]);
    expect(failed).toEqual([
      {
        offset: 11n,
        event: expect.objectContaining({
          stage: 'loader',
          failure_type: 'undecodable_record',
          app_id: 'unknown',
          replayable: false,
          reference: { topic: 'valid-events', partition: 2, offset: 11, length: 12, sha256: 'ab' },
        }) as unknown,
      },
    ]);
  });
});

describe('countLoaded', () => {
  it('closes: in is out and failed, by app and minute', () => {
    const bad = received(12n, { app_id: 'blog' });
    // The same id as a good one: it is the record that failed, not the id.
    const good = received(13n, {
      app_id: 'blog',
      event_id: bad.value.event_id,
      collector_tstamp: BUILT_AT - 60_000,
    });
    const whole = batch(received(9n), received(10n), undecodable, bad, good);
    const { failed } = prepare(whole, tables.events, 'headwater-loader/1');
    const refused: FailedRow = {
      offset: 12n,
      event: refusedRow('headwater-loader/1', tables.events, { ...bad, id: '' }, 'too large.', () => ({})),
    };
    const counts = countLoaded(whole, [...failed, refused], BUILT_AT + 2_000);
    expect(
      counts.map(
        ({
          app_id,
          series,
          collector_tstamp,
          in_count,
          out_count,
          failed: by,
          max_delay_ms,
          lag_records,
        }) => [
          app_id,
          series,
          collector_tstamp - BUILT_AT,
          in_count,
          out_count,
          by,
          max_delay_ms,
          lag_records,
        ],
      ),
    ).toEqual([
      ['shop', 'total', 0, 2, 2, {}, 2_000, 5],
      ['blog', 'total', -60_000, 1, 1, {}, 62_000, 5],
      ['unknown', 'total', 0, 1, 0, { undecodable_record: 1 }, 0, 5],
      ['blog', 'total', 0, 1, 0, { loading_failure: 1 }, 0, 5],
    ]);
    expect(counts[0]).toMatchObject({ stage: 'loader', unit: 'event', source: 'valid-events/2/9-14' });
  });

  it('has the same ids when the batch comes again', () => {
    const ids = (now: number): readonly string[] =>
      countLoaded(batch(received(9n)), [], now).map(({ counts_id }) => counts_id);
    expect(ids(BUILT_AT)).toEqual(ids(BUILT_AT + 60_000));
  });
});
