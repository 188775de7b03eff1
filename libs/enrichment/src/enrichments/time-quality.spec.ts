import { ok } from '@headwater/stage';
import { BUILT_AT } from '@headwater/testing';
import { derivedTstamp } from '../protocol/derived-tstamp';
import { aDraft, testLookUps } from '../testing/look-ups';
import { timeQuality } from './time-quality';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const enrich = timeQuality.create({}, testLookUps());

/** A draft with these clocks, all relative to the collector's, and the time derived from them. */
const clocks = (
  dvce_created_tstamp: number | null,
  dvce_sent_tstamp: number | null,
  true_tstamp: number | null = null,
): ReturnType<typeof aDraft> => {
  const at = (time: number | null): number | null => (time === null ? null : BUILT_AT + time);
  const times = {
    collector_tstamp: BUILT_AT,
    dvce_created_tstamp: at(dvce_created_tstamp),
    dvce_sent_tstamp: at(dvce_sent_tstamp),
    true_tstamp: at(true_tstamp),
  };
  return aDraft({ ...times, derived_tstamp: derivedTstamp(times) });
};

it.each([
  ['good', 'an event sent at once', clocks(-200, -100)],
  ['good', 'an event sent in the moment it was created', clocks(-100, -100)],
  ['good', 'an event that waited for less than an hour', clocks(-HOUR, -SECOND)],
  ['good', 'a clock that is a little ahead', clocks(4 * MINUTE, 4 * MINUTE + 5)],
  ['good', 'a true time', clocks(null, null, -SECOND)],
  ['good', 'a true time, whatever the clock of the device says', clocks(-40 * HOUR, 9 * HOUR, -SECOND)],
  ['late', 'an event that waited for longer than an hour', clocks(-HOUR - SECOND, -500)],
  ['late', 'an event kept for weeks on a device that was offline', clocks(-900 * HOUR, -500)],
  ['late', 'a true time of yesterday', clocks(null, null, -24 * HOUR)],
  ['skewed', 'a clock that is behind', clocks(-6 * MINUTE, -6 * MINUTE + 5)],
  ['skewed', 'a clock that is ahead', clocks(6 * MINUTE, 6 * MINUTE + 5)],
  [
    'skewed',
    'a clock that is years wrong, of an event that is late too',
    clocks(-90_000 * HOUR, -89_000 * HOUR),
  ],
  ['skewed', 'a true time that is yet to come', clocks(null, null, HOUR)],
  ['estimated', 'no times of the device', clocks(null, null)],
  ['estimated', 'no time of creating', clocks(null, -5)],
  ['estimated', 'no time of sending', clocks(-5, null)],
  ['estimated', 'an event created after it was sent', clocks(0, -5)],
  [
    'estimated',
    'a clock so wrong that the year would be negative',
    clocks(-BUILT_AT, 253_402_300_799_999 - BUILT_AT),
  ],
])('finds the time %s of %s', (time_quality, _case, draft) => {
  expect(enrich(draft)).toEqual(ok({ time_quality }));
});

it('is as strict as configured', () => {
  const strict = timeQuality.create({ lateAfterMs: 1_000, skewedAfterMs: 100 }, testLookUps());
  expect(strict(clocks(-1_100, -50))).toEqual(ok({ time_quality: 'late' }));
  expect(strict(clocks(-200, -150))).toEqual(ok({ time_quality: 'skewed' }));
});
