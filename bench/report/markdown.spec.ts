import { aMeasurement, aSection } from './example.fixture';
import { renderResults } from './markdown';

const bare = 'node:http → kafkajs';
const lineOf = (text: string, start: string): string =>
  text.split('\n').find((line) => line.startsWith(start)) ?? '';

const twoRounds = aSection([
  aMeasurement({ round: 1, cpuUs: { service: 50 } }),
  aMeasurement({ round: 1, contender: bare, cpuUs: { service: 60 } }),
  aMeasurement({ round: 2, cpuUs: { service: 52 }, others: 0.4 }),
  aMeasurement({ round: 2, contender: bare, cpuUs: { service: 61 }, others: 0.3 }),
]);

it('shows median, range, throughput a core, ratio and rounds', () => {
  const text = renderResults({ collector: twoRounds });
  expect(lineOf(text, '| **collector**')).toBe(
    '| **collector** | 51.0 (50.0–52.0) | 19,608 | 18,000 | – | 120 | 180,000 of 180,000 | ok, noisy |',
  );
  expect(lineOf(text, `| ${bare}`)).toContain('| 1.19 (1.17–1.20) × |');
  expect(text).toContain('2 of 4 measurements had more than 20 % and are marked noisy');
});

it('prints void figures as void, with the reason, and never as a number', () => {
  const text = renderResults({
    collector: aSection([aMeasurement({ void: '7 of 90000 accepted are missing', delivered: 89_993 })]),
  });
  expect(lineOf(text, '| **collector**')).toBe('| **collector** | void | 89,993 of 90,000 | void |');
  expect(text).toContain('Round 1, collector, 1 event a POST: **void**, 7 of 90000 accepted are missing.');
});

it('splits processor time where more than one process worked', () => {
  const text = renderResults({
    loader: aSection([aMeasurement({ cpuUs: { loader: 8, engine: 2 } })], { stage: 'loader' }),
  });
  expect(text).toContain('| CPU µs a request | of it loader | of it engine |');
  expect(lineOf(text, '| **collector**')).toContain('| 10.0 | 8.0 | 2.0 |');
});

it('says of each floor whether it is met, missed or not measured', () => {
  const text = renderResults({ collector: twoRounds });
  expect(lineOf(text, '| collector ≥ 0.8')).toMatch(/\| 1\.19 \(1\.17–1\.20\) × \| met \|$/);
  expect(lineOf(text, '| loader with engine')).toMatch(/\| – \| \*\*not measured\*\* \|$/);
});

it('names contenders that were not there', () => {
  const text = renderResults({
    collector: aSection([aMeasurement()], {
      skipped: [{ name: 'Snowplow', why: 'HEADWATER_BENCH_PEERS does not name it' }],
    }),
  });
  expect(text).toContain('- Snowplow: not measured, HEADWATER_BENCH_PEERS does not name it');
});
