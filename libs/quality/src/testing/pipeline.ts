import type { QualityAlert, StageCounts } from '@headwater/contracts';
import { contentId, TOTAL } from '@headwater/stage';
import { QualityMonitor } from '../monitor';
import { qualityConfig } from '../settings';
import { ALL_APPS, PAYLOADS, type FlowStage } from '../counts/tally';
import { MINUTE } from '../time';

/** A summary with everything that a test does not care for filled in. */
export function aSummary(fields: Partial<StageCounts> & Pick<StageCounts, 'collector_tstamp'>): StageCounts {
  const whole = {
    app_id: 'shop',
    stage: 'enricher' as const,
    series: TOTAL,
    unit: 'event' as const,
    source: 'collector-payloads/0/0-1',
    in_count: 0,
    out_count: 0,
    failed: {},
    dropped: {},
    payloads_in: null,
    status_codes: null,
    lag_records: 0,
    max_delay_ms: 100,
    ...fields,
  };
  const { stage, app_id, series, collector_tstamp, source } = whole;
  return {
    counts_id: contentId('test', stage ?? '', app_id, series ?? '', String(collector_tstamp), source ?? ''),
    ...whole,
  };
}

/** Events by app and event name. */
export type Events = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface MinuteOfPipeline {
  readonly at: number;
  readonly events: Events;
  /** Share of the events that the validator fails, by app. */
  readonly failing?: Readonly<Record<string, number>>;
  /** Stages that are down. */
  readonly without?: readonly FlowStage[];
  /** Events of each app that vanish between enricher and validator. */
  readonly lost?: number;
}

/** All summaries that the five stages write for one minute when the collector takes one event a request. */
export function summariesOf({
  at,
  events,
  failing = {},
  without = [],
  lost = 0,
}: MinuteOfPipeline): readonly StageCounts[] {
  const summaries: StageCounts[] = [];
  const add = (stage: FlowStage, fields: Partial<StageCounts>): void => {
    if (!without.includes(stage)) summaries.push(aSummary({ collector_tstamp: at, stage, ...fields }));
  };
  let payloads = 0;
  for (const [app_id, names] of Object.entries(events)) {
    const share = failing[app_id] ?? 0;
    const total = Object.values(names).reduce((sum, count) => sum + count, 0);
    payloads += total;
    const series: [string, number, number][] = [
      [TOTAL, total, Math.max(0, total - lost)],
      ...Object.entries(names).map(([name, count]): [string, number, number] => [
        `event_name=${name}`,
        count,
        count,
      ]),
    ];
    for (const [name, count, taken] of series) {
      if (count === 0) continue;
      const failed = Math.round(taken * share);
      add('enricher', { app_id, series: name, in_count: count, out_count: count });
      add('validator', {
        app_id,
        series: name,
        in_count: taken,
        out_count: taken - failed,
        failed: failed > 0 ? { schema_violation: failed } : {},
      });
      if (name === TOTAL) add('loader', { app_id, in_count: taken - failed, out_count: taken - failed });
    }
  }
  add('collector', { app_id: ALL_APPS, unit: 'payload', in_count: payloads, out_count: payloads });
  if (payloads > 0) add('enricher', { app_id: ALL_APPS, series: PAYLOADS, payloads_in: payloads });
  return summaries;
}

/** Settings as an operator gives them. */
export const settingsOf = (given: Record<string, unknown> = {}) => qualityConfig.parse(given);

export const aMonitor = (given: Record<string, unknown> = {}): QualityMonitor =>
  new QualityMonitor(settingsOf(given));

/** Plays minutes to a monitor as they happen: what belongs to a minute arrives `delayMs` after its end, then the clock ticks. */
export function play(
  monitor: QualityMonitor,
  minutes: Iterable<readonly StageCounts[]>,
  from: number,
  { delayMs = 2_000 }: { readonly delayMs?: number } = {},
): readonly QualityAlert[] {
  const alerts: QualityAlert[] = [];
  let at = from;
  for (const summaries of minutes) {
    const now = at + MINUTE + delayMs;
    for (const summary of summaries) monitor.ingest(summary, now);
    alerts.push(...monitor.tick(now), ...monitor.tick(now + 40_000));
    at += MINUTE;
  }
  return alerts;
}

/** `check state series` of each alert, in order. */
export const namesOf = (alerts: readonly QualityAlert[]): readonly string[] =>
  alerts.map(
    ({ check, state, app_id, series }) => `${String(check)} ${String(state)} ${app_id}/${String(series)}`,
  );
