import { allWell, type RunResult } from '../results/result';

/** A run in which all went well. */
export const aResult = (over: Partial<RunResult> = {}): RunResult => ({
  scenario: 'kill-enricher',
  row: 2,
  seed: 1,
  commit: 'abc',
  build: 'one',
  startedAt: '2026-01-02T03:04:05.000Z',
  seconds: 60,
  faults: 10,
  events: 20_000,
  ...allWell,
  rate: 500,
  command: 'npm run faults -- --full',
  beside: 0,
  refused: 3,
  unknown: 1,
  recoverySeconds: [2.1, 4.4, 3],
  unverified: [],
  broken: [],
  expectations: [],
  pages: [],
  notes: [],
  ...over,
});
