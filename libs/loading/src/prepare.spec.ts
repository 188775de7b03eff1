import { topics, type EnrichedEvent } from '@headwater/contracts';
import type { Batch, Received, Undecodable } from '@headwater/stage';
import { anEnrichedEvent, BUILT_AT } from '@headwater/testing';
import { refusedRow } from './failed-rows';
import { countLoaded, prepare, withValues, type FailedRow } from './prepare';
import { tokenOf } from './range';
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

const PROCESSOR = 'headwater-loader/1';
const ignored = (): void => undefined;

describe('prepare', () => {
  it('hands every record on, and keeps its mark', () => {
    const encoded: object[] = [];
    const [one, other] = [received(9n), received(12n)];
    const { range } = prepare(batch(one, undecodable, other), tables.events, PROCESSOR, (value) =>
      encoded.push(value),
    );
    expect(encoded).toEqual([one.value, other.value]);
    const { app_id, collector_tstamp, event_id } = one.value;
    expect(range.rows[0]).toEqual({ offset: 9n, id: event_id, app_id, collector_tstamp });
  });

  it('makes rows of records, and failed events of what could not be decoded', () => {
    const { range, failed } = prepare(
      batch(received(9n), undecodable, received(12n)),
      tables.events,
      PROCESSOR,
      ignored,
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

describe('withValues', () => {
  it('names a range as it was named before, with its records', () => {
    const whole = batch(received(9n), undecodable, received(12n));
    const { range } = prepare(whole, tables.events, PROCESSOR, ignored);
    const again = withValues(whole, range);
    expect(tokenOf(again)).toBe(tokenOf(range));
    expect(again.rows.map(({ value }) => (value as EnrichedEvent).event_id)).toEqual(
      range.rows.map(({ id }) => id),
    );
  });
});

describe('withValues, when a schema has become known since', () => {
  it('leaves out what has failed already', () => {
    const { range } = prepare(
      batch(received(9n), undecodable, received(12n)),
      tables.events,
      PROCESSOR,
      ignored,
    );
    const later = batch(received(9n), received(undecodable.offset), received(12n));
    expect(withValues(later, range).rows.map(({ offset }) => offset)).toEqual([9n, 12n]);
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
    const { range, failed } = prepare(whole, tables.events, PROCESSOR, ignored);
    const refused: FailedRow = {
      offset: 12n,
      event: refusedRow(PROCESSOR, tables.events, { ...bad, id: '' }, 'too large.', () => ({})),
    };
    const counts = countLoaded(range, [...failed, refused], whole.lag, BUILT_AT + 2_000);
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
    const { range } = prepare(batch(received(9n)), tables.events, PROCESSOR, ignored);
    const ids = (now: number): readonly string[] =>
      countLoaded(range, [], 0, now).map(({ counts_id }) => counts_id);
    expect(ids(BUILT_AT)).toEqual(ids(BUILT_AT + 60_000));
  });
});
