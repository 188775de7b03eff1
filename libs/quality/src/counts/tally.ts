import type { CountUnit, CountingStage, StageCounts } from '@headwater/contracts';
import { TOTAL } from '@headwater/stage';

/** Stages in the order of the flow. */
export const flow = [
  'collector',
  'enricher',
  'validator',
  'loader',
] as const satisfies readonly CountingStage[];
export type FlowStage = (typeof flow)[number];

export const isFlowStage = (stage: string | null): stage is FlowStage =>
  (flow as readonly (string | null)[]).includes(stage);

/** The app of summaries that look into no payload, and the series that link payloads to events. */
export const ALL_APPS = '*';
export const PAYLOADS = 'payloads';

/** What a stage did to one series in one window. It adds up: pieces may come in any order. */
export interface Tally {
  readonly stage: FlowStage;
  readonly appId: string;
  readonly series: string;
  unit: CountUnit;
  in: number;
  out: number;
  failed: number;
  dropped: number;
  payloadsIn: number;
  /** Failed units by type; the types are a fixed list, so this is bounded. */
  readonly failedBy: Record<string, number>;
  /** Greatest time from collector to stage, milliseconds. */
  maxDelayMs: number;
}

export const emptyTally = (stage: FlowStage, appId: string, series: string): Tally => ({
  stage,
  appId,
  series,
  unit: 'event',
  in: 0,
  out: 0,
  failed: 0,
  dropped: 0,
  payloadsIn: 0,
  failedBy: {},
  maxDelayMs: 0,
});

/** What became of the units that a stage took in: in = out + failed + dropped. The collector's unit is the payload. */
export interface Units {
  readonly stage: FlowStage;
  /** `*` where the stage does not look into the payload. */
  readonly appId: string;
  readonly in: number;
  readonly out: number;
  readonly failed: number;
  readonly dropped: number;
}

/** The units that a summary accounts for, each in one summary of its stage; null for one that splits them up anew. */
export function unitsOf({
  stage,
  app_id: appId,
  series,
  in_count,
  out_count,
  failed,
  dropped,
}: StageCounts): Units | null {
  if (!isFlowStage(stage) || series !== TOTAL) return null;
  const sum = (counts: Readonly<Record<string, number>> | null): number =>
    Object.values(counts ?? {}).reduce((total, count) => total + count, 0);
  return {
    stage,
    appId,
    in: in_count ?? 0,
    out: out_count ?? 0,
    failed: sum(failed),
    dropped: sum(dropped),
  };
}

/** Types beyond this many are added up under `other`: a summary from elsewhere must not fill the memory. */
const MOST_FAILURE_TYPES = 20;

/** Adds a summary to a tally. */
export function addCounts(tally: Tally, counts: StageCounts): void {
  tally.unit = counts.unit ?? tally.unit;
  tally.in += counts.in_count ?? 0;
  tally.out += counts.out_count ?? 0;
  tally.payloadsIn += counts.payloads_in ?? 0;
  tally.maxDelayMs = Math.max(tally.maxDelayMs, counts.max_delay_ms ?? 0);
  for (const count of Object.values(counts.dropped ?? {})) tally.dropped += count;
  for (const [type, count] of Object.entries(counts.failed ?? {})) {
    tally.failed += count;
    const isKnown = type in tally.failedBy || Object.keys(tally.failedBy).length < MOST_FAILURE_TYPES;
    const name = isKnown ? type : 'other';
    tally.failedBy[name] = (tally.failedBy[name] ?? 0) + count;
  }
}
