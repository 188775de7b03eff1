import { derivedTstamp } from './derived-tstamp';

const at = (time: string): number => Date.parse(time);
const unknown = { dvce_created_tstamp: null, dvce_sent_tstamp: null, true_tstamp: null };
const collector_tstamp = at('2026-06-21T00:00:00.000Z');

it('counts weeks between creating and sending in plain milliseconds (snowplow/enrich#495)', () => {
  const derived = derivedTstamp({
    collector_tstamp: at('2021-04-09T04:34:25.251Z'),
    dvce_created_tstamp: at('2021-02-11T09:35:55.807Z'),
    dvce_sent_tstamp: at('2021-04-09T04:34:24.785Z'),
    true_tstamp: null,
  });
  expect(new Date(derived).toISOString()).toBe('2021-02-11T09:35:56.273Z');
});

it.each([
  [
    'the true time, whatever else is known',
    { ...unknown, true_tstamp: 5, dvce_created_tstamp: 1, dvce_sent_tstamp: 2 },
    5,
  ],
  ['the collector time when nothing else is known', unknown, collector_tstamp],
  [
    'the collector time when the time of sending is missing',
    { ...unknown, dvce_created_tstamp: 1 },
    collector_tstamp,
  ],
  [
    'the collector time when it was sent before it was created',
    { ...unknown, dvce_created_tstamp: 9, dvce_sent_tstamp: 1 },
    collector_tstamp,
  ],
  [
    'the collector time less the wait',
    { ...unknown, dvce_created_tstamp: 1_000, dvce_sent_tstamp: 1_700 },
    collector_tstamp - 700,
  ],
  [
    'the collector time when a clock is so wrong that the year would be negative',
    { ...unknown, dvce_created_tstamp: 0, dvce_sent_tstamp: 253_402_300_799_999 },
    collector_tstamp,
  ],
])('takes %s', (_case, clocks, expected) => {
  expect(derivedTstamp({ collector_tstamp, ...clocks })).toBe(expected);
});
