import { aMeasurement, aSection } from './example.fixture';
import { judge, type Judged } from './floors';

const bare = 'node:http → kafkajs';
const verdictOf = (judged: readonly Judged[], text: RegExp): Judged | undefined =>
  judged.find(({ floor }) => text.test(floor.text));

it('compares within the same round', () => {
  // The machine was twice as slow in the second round: the ratio is what stays.
  const section = aSection([
    aMeasurement({ round: 1, cpuUs: { service: 50 } }),
    aMeasurement({ round: 1, contender: bare, cpuUs: { service: 45 } }),
    aMeasurement({ round: 2, cpuUs: { service: 100 } }),
    aMeasurement({ round: 2, contender: bare, cpuUs: { service: 90 } }),
  ]);
  const judged = verdictOf(judge({ collector: section }), /1 event a POST/);
  expect(judged).toMatchObject({ verdict: 'met', figure: { median: 0.9, min: 0.9, max: 0.9 } });
});

it('adds the processor time of all parts', () => {
  const section = aSection(
    [
      aMeasurement({ contender: 'loader', scenario: 'rows', cpuUs: { loader: 8, engine: 2 } }),
      aMeasurement({ contender: 'kafkajs → JSONEachRow', scenario: 'rows', cpuUs: { loader: 8, engine: 4 } }),
    ],
    { stage: 'loader' },
  );
  expect(verdictOf(judge({ loader: section }), /JSONEachRow/)).toMatchObject({
    verdict: 'missed',
    figure: { median: 1.2 },
  });
});

it('does not judge by void figures, nor by a round in which one of the two is missing', () => {
  const section = aSection([
    aMeasurement({ round: 1, void: '3 of 10 accepted are missing' }),
    aMeasurement({ round: 1, contender: bare }),
    aMeasurement({ round: 2 }),
  ]);
  expect(verdictOf(judge({ collector: section }), /1 event a POST/)).toMatchObject({
    verdict: 'not measured',
    figure: null,
  });
});

it('holds the pipeline to its rate, its delay and the memory of its largest service', () => {
  const pipeline = aSection(
    [
      aMeasurement({
        scenario: 'sustained',
        unitsPerSecond: 6_500,
        peakBytes: { collector: 120_000_000, validator: 410_000_000 },
      }),
      aMeasurement({ scenario: 'queryable', latency: { p50: 700, p99: 1_400, p999: 2_000 } }),
    ],
    { stage: 'pipeline' },
  );
  const judged = judge({ pipeline });
  expect(verdictOf(judged, /5,000/)?.verdict).toBe('met');
  expect(verdictOf(judged, /p99/)?.verdict).toBe('met');
  expect(verdictOf(judged, /400 MB/)?.verdict).toBe('missed');
  expect(judged.filter(({ verdict }) => verdict === 'not measured')).toHaveLength(6);
});

it('judges memory by the worst of our own processes, in any stage', () => {
  const collector = aSection([
    aMeasurement({ round: 1, peakBytes: { server: 130_000_000 } }),
    aMeasurement({ round: 2, peakBytes: { server: 401_000_000 } }),
    aMeasurement({ round: 3, peakBytes: { server: 130_000_000 } }),
    aMeasurement({ contender: bare, peakBytes: { server: 900_000_000 } }),
  ]);
  expect(verdictOf(judge({ collector }), /400 MB/)).toMatchObject({
    verdict: 'missed',
    figure: { median: 130_000_000, max: 401_000_000 },
  });
});
