import { spreadOf, type Spread } from '../measure/statistics';
import type { StageName } from '../options';
import type { Measurement, Results, Section } from './model';
import { ratioOf } from './ratios';

/** Something that must hold of the results. */
export interface Floor {
  readonly text: string;
  /** The figures of all rounds that count; null when there is none. */
  readonly measure: (results: Results) => Spread | null;
  readonly holds: (figure: Spread) => boolean;
  readonly unit: string;
}

export type Verdict = 'met' | 'missed' | 'not measured';

export interface Judged {
  readonly floor: Floor;
  readonly figure: Spread | null;
  readonly verdict: Verdict;
}

const MB = 1_000_000;

const ratio = (
  stage: StageName,
  scenario: string,
  ours: string,
  other: string,
  least: number,
  text: string,
): Floor => ({
  text,
  measure: ({ [stage]: section }) => (section ? ratioOf(section, scenario, ours, other) : null),
  holds: ({ median }) => median >= least,
  unit: '×',
});

const figure = (
  scenario: string,
  read: (found: Measurement) => number | null,
  holds: (median: number) => boolean,
  unit: string,
  text: string,
): Floor => ({
  text,
  measure: ({ pipeline }) =>
    spreadOf(
      (pipeline?.measurements ?? [])
        .filter((found) => found.scenario === scenario && found.void === null)
        .map(read)
        .filter((value) => value !== null),
    ),
  holds: ({ median }) => holds(median),
  unit,
});

/** Of the largest process of ours in each measurement, alone under full load and in the whole pipeline; the worst counts. */
const memory = (most: number, text: string): Floor => ({
  text,
  measure: (results) =>
    spreadOf(
      Object.values(results).flatMap((section) =>
        section.measurements
          .filter(({ contender }) => isOurs(section, contender))
          .flatMap(({ peakBytes }) => Math.max(...Object.values(peakBytes))),
      ),
    ),
  holds: ({ max }) => max <= most,
  unit: 'MB',
});

const isOurs = (section: Section, name: string): boolean =>
  section.entrants.some((entrant) => entrant.name === name && entrant.role === 'ours');

/** What the first release promises: ratios within one run, on whatever machine. */
export const floors: readonly Floor[] = [
  ratio(
    'collector',
    'one',
    'collector',
    'node:http → kafkajs',
    0.8,
    'collector ≥ 0.8 × bare node:http that passes the body to kafkajs, 1 event a POST',
  ),
  ratio('collector', 'ten', 'collector', 'node:http → kafkajs', 0.8, 'the same, 10 events a POST'),
  ratio(
    'enricher',
    'one',
    'enricher',
    'bare stage',
    1,
    'enricher ≥ 1.0 × bare transactional stage, 1 event a payload',
  ),
  ratio('enricher', 'ten', 'enricher', 'bare stage', 1, 'the same, 10 events a payload'),
  ratio('validator', 'events', 'validator', 'bare stage', 0.9, 'validator ≥ 0.9 × bare transactional stage'),
  ratio(
    'loader',
    'rows',
    'loader',
    'kafkajs → JSONEachRow',
    1.3,
    'loader with engine ≥ 1.3 × kafkajs and JSONEachRow',
  ),
  figure(
    'sustained',
    ({ unitsPerSecond }) => unitsPerSecond,
    (rate) => rate >= 5_000,
    'events/s',
    'whole pipeline ≥ 5,000 events/s on two processors, broker and engine included',
  ),
  figure(
    'queryable',
    ({ latency }) => latency?.p99 ?? null,
    (p99) => p99 <= 3_000,
    'ms',
    'request to queryable row, p99 ≤ 3 s at 1,000 events/s',
  ),
  memory(400 * MB, 'no service above 400 MB, alone under full load or in the pipeline'),
];

/** Holds results to the floors. One whose stage was not measured, or only in void rounds, is not measured: never met. */
export function judge(results: Results): readonly Judged[] {
  return floors.map((floor) => {
    const found = floor.measure(results);
    const verdict = found === null ? 'not measured' : floor.holds(found) ? 'met' : 'missed';
    return { floor, figure: found, verdict };
  });
}
