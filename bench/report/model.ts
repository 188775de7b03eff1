import type { Latency } from '../load/protocol';
import type { StageName } from '../options';

export type Role = 'ours' | 'bare' | 'limit' | 'peer';

/** One contender in one scenario of one round. */
export interface Measurement {
  readonly contender: string;
  readonly scenario: string;
  /** From 1. */
  readonly round: number;
  /** Processor time for one unit of the scenario, microseconds, by part: the service, the database engine, … */
  readonly cpuUs: Readonly<Record<string, number>>;
  readonly unitsPerSecond: number | null;
  /** Units that were promised: answered with 2xx, or put into the input topic. Null where nothing is kept. */
  readonly accepted: number | null;
  /** Units that were found where they belong, copies included. */
  readonly delivered: number | null;
  readonly latency: Latency | null;
  /** Most memory that was ever resident, bytes, by process. */
  readonly peakBytes: Readonly<Record<string, number>>;
  /** Processor time of programs that are no part of this, in processors. */
  readonly others: number;
  /** Why the figure does not count; null when it does. */
  readonly void: string | null;
  /** What a reader should know about it. */
  readonly notes: readonly string[];
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** What the figures are for one of: `request`, `event`, `row`. */
  readonly unit: string;
}

export interface Entrant {
  readonly name: string;
  readonly role: Role;
  /** What it does, in one sentence. */
  readonly does: string;
}

/** All that one stage's rounds gave. Ratios are taken within it and never across sections. */
export interface Section {
  readonly stage: StageName;
  readonly title: string;
  readonly scenarios: readonly Scenario[];
  readonly entrants: readonly Entrant[];
  readonly measurements: readonly Measurement[];
  /** Contenders that did not take part, and why. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
  readonly taken: Taken;
}

/** When, where and how a section was measured. */
export interface Taken {
  readonly at: string;
  readonly commit: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly machine: string;
  readonly pinning: string;
}

/** Results of stages, each from its last run. */
export type Results = Readonly<Partial<Record<StageName, Section>>>;

/** Part of a processor that other programs may use before a round is marked. */
export const NOISY = 0.2;

export const isNoisy = ({ others }: Measurement): boolean => others > NOISY;

/** Processor time of all parts together. */
export const totalCpuUs = ({ cpuUs }: Measurement): number =>
  Object.values(cpuUs).reduce((sum, part) => sum + part, 0);
