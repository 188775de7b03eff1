import type { AlertSeverity, AlertStage, AlertState, QualityAlert } from '@headwater/contracts';
import { contentId } from '@headwater/stage';
import type { AlertSubject, Finding, Observation } from '../checks/check';
import { MINUTE } from '../time';
import { atTime, capitalised, duration, nameOf, safeName } from './words';

export type Severity = Exclude<AlertSeverity, 'unknown'>;

/** A deviation from its first suspicion to its end. */
export interface Incident {
  readonly key: string;
  readonly check: string;
  readonly appId: string;
  readonly state: 'pending' | 'firing' | 'recovering';
  readonly severity: Severity;
}

interface Open {
  readonly check: string;
  readonly runbook: string;
  readonly subject: AlertSubject;
  state: 'pending' | 'firing' | 'recovering';
  startedAt: number;
  severity: Severity;
  /** Since when everything has looked as usual; null while it does not. */
  usualSince: number | null;
  /** The raising was told to the outside, in this life or an earlier one. */
  told: boolean;
  last: Observation | null;
  /** Collector time of the observation that raised it. What was seen before, and is read again after a restart, ends nothing. */
  raisedAt: number;
  /** Collector time of the last observation. */
  heardAt: number;
  /** Collector time at which another alert last told of the same cause; null when none ever did. */
  heldAt: number | null;
}

export interface CheckIdentity {
  readonly name: string;
  readonly runbook: string;
}

const SEPARATOR = '|';
/** What was held back must stand on its own for so long: a cause and its effects do not end in the same minute. */
const HELD_MS = 5 * MINUTE;

/** Stable key of a deviation: what is raised and what is resolved later share it. Names are shown as they may be shown. */
export const dedupeKey = (check: string, { appId, stage, series, aspect }: AlertSubject): string =>
  [check, safeName(appId), stage, safeName(series), aspect].join(SEPARATOR);

/**
 * The life of alerts: pending → firing → (recovering) → resolved. An alert opens at once and closes only after everything
 * has looked as usual for `recoveryMs` of collector time, so that it does not flap. Ids follow from key, state and start:
 * an alert told twice is the same alert.
 */
export class Incidents {
  private readonly open = new Map<string, Open>();

  constructor(private readonly recoveryMs: number) {}

  /** Takes an observation; what changes for the outside comes back. */
  apply(check: CheckIdentity, observation: Observation): readonly QualityAlert[] {
    if (observation.verdict === 'ok' && this.open.size === 0) return [];
    const key = dedupeKey(check.name, observation.subject);
    const incident = this.open.get(key);
    if (incident) incident.heardAt = observation.at;
    switch (observation.verdict) {
      case 'unknown':
        return [];
      case 'ok':
        return incident ? this.settle(key, incident, observation) : [];
      case 'held':
      case 'pending':
        if (!incident) this.start(key, check, observation, 'pending');
        else if (incident.state === 'recovering') this.relapse(incident, observation);
        else incident.last = observation;
        if (observation.verdict === 'held') this.hold(key, observation.at);
        return [];
      case 'deviates': {
        if (incident && incident.state !== 'pending') {
          this.relapse(incident, observation);
          return [];
        }
        if (incident?.heldAt != null && observation.at - incident.heldAt <= HELD_MS) return [];
        const fired = this.start(key, check, observation, 'firing');
        fired.told = true;
        return [raised(key, fired, observation)];
      }
    }
  }

  /** Takes up alerts that an earlier life of the monitor raised and did not resolve. */
  restore(alerts: readonly QualityAlert[], runbookOf: (check: string) => string, now: number): void {
    for (const alert of alerts) {
      const parts = (alert.dedupe_key ?? '').split(SEPARATOR);
      const [check, aspect] = [parts.at(0), parts.at(-1)];
      if (alert.dedupe_key === null || check === undefined || aspect === undefined) continue;
      const known = this.open.get(alert.dedupe_key);
      const startedAt = alert.started_at ?? alert.collector_tstamp;
      const severity = alert.severity === null || alert.severity === 'unknown' ? 'warning' : alert.severity;
      const raisedAt = alert.collector_tstamp;
      if (known) Object.assign(known, { told: true, startedAt, severity, raisedAt });
      else
        this.open.set(alert.dedupe_key, {
          check,
          runbook: runbookOf(check),
          subject: {
            appId: alert.app_id,
            stage: alert.stage ?? 'unknown',
            series: alert.series ?? '',
            aspect,
          },
          state: 'firing',
          startedAt,
          severity,
          usualSince: null,
          told: true,
          last: null,
          raisedAt,
          heardAt: now,
          heldAt: null,
        });
    }
  }

  /** Ends incidents of which nothing was heard for so long that what they are about must be gone. */
  expire(now: number, afterMs: number): readonly QualityAlert[] {
    return [...this.open].flatMap(([key, incident]) => {
      if (now - incident.heardAt < afterMs) return [];
      this.open.delete(key);
      return incident.state === 'pending' || !incident.told ? [] : [expired(key, incident, now)];
    });
  }

  /** While history is replayed nothing is told. */
  silenced(replay: () => unknown): void {
    replay();
    for (const incident of this.open.values()) incident.told = false;
  }

  /** Alerts that are firing and that nobody was told of: found in history only. */
  untold(): readonly QualityAlert[] {
    return [...this.open].flatMap(([key, incident]) => {
      if (incident.told || incident.state === 'pending' || !incident.last) return [];
      incident.told = true;
      return [raised(key, incident, incident.last)];
    });
  }

  /** All that is not as usual, suspicions included. */
  list(): readonly Incident[] {
    return [...this.open].map(([key, { check, subject, state, severity }]) => ({
      key,
      check,
      appId: safeName(subject.appId),
      state,
      severity,
    }));
  }

  private start(
    key: string,
    check: CheckIdentity,
    observation: Observation,
    state: 'pending' | 'firing',
  ): Open {
    const finding = observation.describe();
    const incident: Open = {
      check: check.name,
      runbook: check.runbook,
      subject: observation.subject,
      state,
      startedAt: finding.startedAt,
      severity: finding.severity,
      usualSince: null,
      told: false,
      last: observation,
      raisedAt: observation.at,
      heardAt: observation.at,
      heldAt: null,
    };
    this.open.set(key, incident);
    return incident;
  }

  private hold(key: string, at: number): void {
    const incident = this.open.get(key);
    if (incident?.state === 'pending') incident.heldAt = at;
  }

  private relapse(incident: Open, observation: Observation): void {
    incident.state = 'firing';
    incident.usualSince = null;
    incident.last = observation;
  }

  private settle(key: string, incident: Open, observation: Observation): readonly QualityAlert[] {
    if (incident.state === 'pending') {
      this.open.delete(key);
      return [];
    }
    if (observation.at <= incident.raisedAt) return [];
    incident.state = 'recovering';
    incident.usualSince ??= observation.at;
    if (observation.at - incident.usualSince < this.recoveryMs) return [];
    this.open.delete(key);
    return [resolved(key, incident, incident.usualSince, observation)];
  }
}

function raised(key: string, incident: Open, observation: Observation): QualityAlert {
  const finding = observation.describe();
  return alertOf(key, incident, 'firing', observation.at, finding, {
    resolved_at: null,
    summary: finding.summary,
    explanation: finding.explanation,
  });
}

function resolved(key: string, incident: Open, usualSince: number, observation: Observation): QualityAlert {
  const finding = observation.describe();
  const lasted = duration(usualSince - incident.startedAt);
  return alertOf(key, incident, 'resolved', observation.at, finding, {
    resolved_at: usualSince,
    summary: `${finding.summary} It began ${atTime(incident.startedAt)} and lasted ${lasted}.`,
    explanation: finding.explanation,
  });
}

function expired(key: string, incident: Open, now: number): QualityAlert {
  const unknown = { observed: null, expected: null, low: null, high: null, unit: '' };
  const name = nameOf(incident.subject.appId, incident.subject.series);
  return alertOf(key, incident, 'resolved', now, unknown, {
    resolved_at: now,
    summary: `${capitalised(name)} is no longer observed: nothing was heard of it for ${duration(now - incident.heardAt)}. It began ${atTime(incident.startedAt)}.`,
    explanation: 'The alert is closed because what it is about is gone, not because it is back to usual.',
  });
}

function alertOf(
  key: string,
  { check, runbook, subject, startedAt, severity }: Open,
  state: Exclude<AlertState, 'unknown'>,
  at: number,
  { observed, expected, low, high, unit }: Pick<Finding, 'observed' | 'expected' | 'low' | 'high' | 'unit'>,
  told: Pick<QualityAlert, 'resolved_at' | 'summary' | 'explanation'>,
): QualityAlert {
  const stage: AlertStage = subject.stage;
  return {
    alert_id: contentId('quality-alert', key, state, String(startedAt)),
    app_id: safeName(subject.appId),
    collector_tstamp: at,
    dedupe_key: key,
    check,
    series: safeName(subject.series),
    stage,
    state,
    severity,
    started_at: startedAt,
    observed,
    expected,
    expected_low: low,
    expected_high: high,
    unit,
    runbook,
    ...told,
  };
}
