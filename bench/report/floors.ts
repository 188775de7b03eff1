import { spreadOf, type Spread } from '../measure/statistics';
import type { StageName } from '../options';
import type { Measurement, Results, Section } from './model';
import { ratioOf } from './ratios';

/** Something that must hold of a section. */
export interface Floor {
  readonly stage: StageName;
  readonly text: string;
  /** The figures of the rounds; null when there is none. */
  readonly measure: (section: Section) => Spread | null;
  readonly holds: (median: number) => boolean;
  /** The bound and the figures, as a reader wants them. */
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
  stage,
  text,
  measure: (section) => ratioOf(section, scenario, ours, other),
  holds: (median) => median >= least,
  unit: '×',
});

const figure = (
  stage: StageName,
  scenario: string,
  read: (found: Measurement) => number | null,
  holds: (median: number) => boolean,
  unit: string,
  text: string,
): Floor => ({
  stage,
  text,
  measure: (section) =>
    spreadOf(
      section.measurements
        .filter((found) => found.scenario === scenario && found.void === null)
        .map(read)
        .filter((value) => value !== null),
    ),
  holds,
  unit,
});

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
    'pipeline',
    'sustained',
    ({ unitsPerSecond }) => unitsPerSecond,
    (rate) => rate >= 5_000,
    'events/s',
    'whole pipeline ≥ 5,000 events/s on two processors, broker and engine included',
  ),
  figure(
    'pipeline',
    'queryable',
    ({ latency }) => latency?.p99 ?? null,
    (p99) => p99 <= 3_000,
    'ms',
    'request to queryable row, p99 ≤ 3 s at 1,000 events/s',
  ),
  figure(
    'pipeline',
    'sustained',
    largestService,
    (bytes) => bytes <= 400 * MB,
    'MB',
    'no service above 400 MB',
  ),
];

function largestService({ peakBytes }: Measurement): number | null {
  return spreadOf(Object.values(peakBytes))?.max ?? null;
}

/** Holds results to the floors. A floor whose stage was not measured, or only in void rounds, is not measured: never met. */
export function judge(results: Results): readonly Judged[] {
  return floors.map((floor) => {
    const section = results[floor.stage];
    const found = section ? floor.measure(section) : null;
    const verdict = found === null ? 'not measured' : floor.holds(found.median) ? 'met' : 'missed';
    return { floor, figure: found, verdict };
  });
}
