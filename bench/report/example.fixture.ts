import type { Measurement, Section } from './model';

/** A measurement of the collector at one event, with whatever the test is about put in its place. */
export const aMeasurement = (known: Partial<Measurement> = {}): Measurement => ({
  contender: 'collector',
  scenario: 'one',
  round: 1,
  cpuUs: { service: 50 },
  unitsPerSecond: 18_000,
  accepted: 90_000,
  delivered: 90_000,
  latency: null,
  peakBytes: { service: 120_000_000 },
  others: 0.05,
  void: null,
  notes: [],
  ...known,
});

/** A section with two contenders. */
export const aSection = (measurements: readonly Measurement[], known: Partial<Section> = {}): Section => ({
  stage: 'collector',
  title: 'Collector',
  scenarios: [{ id: 'one', title: '1 event a POST', unit: 'request' }],
  entrants: [
    { name: 'collector', role: 'ours', does: 'Ours.' },
    { name: 'node:http → kafkajs', role: 'bare', does: 'Bare.' },
  ],
  measurements,
  skipped: [],
  taken: {
    at: '2026-06-21T00:00:00.000Z',
    commit: 'abc1234',
    quick: false,
    rounds: 3,
    seconds: 60,
    machine: 'a machine',
    pinning: 'pinned',
  },
  ...known,
});
