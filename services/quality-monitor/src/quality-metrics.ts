import { ALL_APPS, flow, type Intake, type MonitorStatus, type Units } from '@headwater/quality';
import type { Registry } from '@headwater/service-kit';
import { Counter, Gauge } from 'prom-client';

/** Apps that get a label of their own; the rest share `other`. */
const MOST_APPS = 50;
const OTHER = 'other';
const outcomes = ['in', 'out', 'failed', 'dropped'] as const satisfies readonly (keyof Units)[];

/** Prometheus metrics of the monitor. No label comes unbounded from outside. */
export class QualityMetrics {
  private readonly alerts: Gauge;
  private readonly series: Gauge;
  private readonly learning: Gauge;
  private readonly threshold: Gauge;
  private readonly openTallies: Gauge;
  private readonly watermark: Gauge;
  private readonly imbalance: Gauge;
  private readonly units: Counter;
  private readonly outbox: Gauge;
  private readonly summaries: Counter;
  private readonly sent: Counter;
  /** Apps that have a label in `units`: the first that came, as a counter must not change its place. */
  private readonly countedApps = new Set<string>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.alerts = new Gauge({
      name: 'headwater_quality_alerts',
      help: 'Deviations by check, severity, state (pending, firing, recovering) and app; beyond 50 apps: other.',
      labelNames: ['check', 'severity', 'state', 'app_id'],
      registers,
    });
    this.series = new Gauge({
      name: 'headwater_quality_series',
      help: 'Series that are watched one by one.',
      registers,
    });
    this.learning = new Gauge({
      name: 'headwater_quality_learning_series',
      help: 'Counts whose baseline is not trusted yet.',
      registers,
    });
    this.threshold = new Gauge({
      name: 'headwater_quality_evidence_threshold',
      help: 'Evidence in nats that a deviation of a count must reach; it follows from the false-alarm budget.',
      registers,
    });
    this.openTallies = new Gauge({
      name: 'headwater_quality_open_tallies',
      help: 'Counts of series in windows that are still open.',
      registers,
    });
    this.watermark = new Gauge({
      name: 'headwater_quality_watermark_seconds',
      help: 'Collector time up to which windows of a stage are closed, seconds since 1970.',
      labelNames: ['stage'],
      registers,
    });
    this.imbalance = new Gauge({
      name: 'headwater_quality_unaccounted',
      help: 'Units of the last day that are missing or too many within a stage or on the way to it, by app (*: payloads); none or 0: the accounting closes; beyond 50 apps: other.',
      labelNames: ['stage', 'app_id'],
      registers,
    });
    this.units = new Counter({
      name: 'headwater_quality_units_total',
      help: 'What each stage counted, by app (*: payloads) and outcome: in = out + failed + dropped; beyond 50 apps: other.',
      labelNames: ['stage', 'app_id', 'outcome'],
      registers,
    });
    this.outbox = new Gauge({
      name: 'headwater_quality_unsent_alerts',
      help: 'Alerts that wait to be written to quality-alerts.',
      registers,
    });
    this.summaries = new Counter({
      name: 'headwater_quality_summaries_total',
      help: 'Summaries read from stage-counts: counted, late, duplicate, ahead of the clock, ignored, undecodable.',
      labelNames: ['result'],
      registers,
    });
    this.sent = new Counter({
      name: 'headwater_quality_alerts_sent_total',
      help: 'Alerts written to quality-alerts.',
      labelNames: ['check', 'state'],
      registers,
    });
  }

  counted(result: Intake | 'undecodable'): void {
    this.summaries.inc({ result });
  }

  /** Adds what a summary accounts for; it must not be given twice. */
  account(units: Units): void {
    const { stage, appId } = units;
    // A summary that somebody else wrote may hold anything, and a counter takes nothing below 0.
    for (const outcome of outcomes)
      this.units.inc({ stage, app_id: this.countedApp(appId), outcome }, Math.max(0, units[outcome]));
  }

  alertSent(check: string, state: string): void {
    this.sent.inc({ check, state });
  }

  show(
    { incidents, series, learning, openTallies, threshold, watermarks, imbalance }: MonitorStatus,
    unsent: number,
  ): void {
    const alerted = labelsOf(incidents);
    this.alerts.reset();
    for (const { check, severity, state, appId } of incidents)
      this.alerts.inc({ check, severity, state, app_id: alerted(appId) });
    this.series.set(series);
    this.learning.set(learning);
    this.threshold.set(threshold);
    this.openTallies.set(openTallies);
    for (const [stage, time] of Object.entries(watermarks)) this.watermark.set({ stage }, time / 1000);
    const unbalanced = labelsOf(imbalance);
    this.imbalance.reset();
    for (const stage of flow) this.imbalance.set({ stage, app_id: ALL_APPS }, 0);
    for (const { stage, appId, units } of imbalance)
      this.imbalance.inc({ stage, app_id: unbalanced(appId) }, units);
    this.outbox.set(unsent);
  }

  private countedApp(appId: string): string {
    if (appId === ALL_APPS || this.countedApps.has(appId)) return appId;
    if (this.countedApps.size >= MOST_APPS) return OTHER;
    this.countedApps.add(appId);
    return appId;
  }
}

/** The label of each app; of too many, the last in the alphabet share one. */
function labelsOf(named: readonly { readonly appId: string }[]): (appId: string) => string {
  const apps = new Set([...new Set(named.map(({ appId }) => appId))].sort().slice(0, MOST_APPS));
  return (appId) => (apps.has(appId) ? appId : OTHER);
}
