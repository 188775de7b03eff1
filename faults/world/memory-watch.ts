import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { PipelineService } from '@headwater/pipeline';

const SAMPLE_MS = 10_000;
/** Caches and pools fill first. */
const WARM_UP_MS = 5 * 60_000;
const MINUTES_AN_HOUR = 60;
/** A slope over less says nothing. */
const LEAST_SAMPLES = 30;
/** What a process is judged by, once it has lived for five minutes: its last quarter of an hour. */
const JUDGED_SAMPLES = 90;
const SAMPLES_OF_YOUTH = 30;

export interface Sample {
  /** Minutes since the start. */
  readonly at: number;
  /** Resident memory, MiB. */
  readonly size: number;
}

/** How the memory of one process developed, MiB and MiB an hour. */
export interface Growth {
  readonly mean: number;
  readonly hourly: number;
  /** Over its last quarter of an hour; null where it was too young for that. */
  readonly lately: number | null;
  readonly minutes: number;
}

/** Null of a process that did not live long enough to tell. */
export function growthOf(samples: readonly Sample[]): Growth | null {
  if (samples.length < LEAST_SAMPLES) return null;
  const isGrown = samples.length >= SAMPLES_OF_YOUTH + JUDGED_SAMPLES;
  return {
    mean: samples.reduce((sum, { size }) => sum + size, 0) / samples.length,
    hourly: slopeOf(samples) * MINUTES_AN_HOUR,
    lately: isGrown ? slopeOf(samples.slice(-JUDGED_SAMPLES)) * MINUTES_AN_HOUR : null,
    minutes: (samples.length * SAMPLE_MS) / 60_000,
  };
}

/** Watches the resident memory of services that run all the time. */
export class MemoryWatch {
  private readonly started = performance.now();
  private readonly lives = new Map<string, Sample[]>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly services: readonly PipelineService[]) {
    this.timer = setInterval(() => {
      this.sample();
    }, SAMPLE_MS);
  }

  /** Ends it. By name, each process that lived long enough to tell. */
  stop(): ReadonlyMap<string, Growth> {
    clearInterval(this.timer);
    const found = new Map<string, Growth>();
    for (const [life, samples] of this.lives) {
      const growth = growthOf(samples);
      if (growth) found.set(life, growth);
    }
    return found;
  }

  private sample(): void {
    const elapsed = performance.now() - this.started;
    if (elapsed < WARM_UP_MS) return;
    for (const service of this.services) {
      if (!service.running()) continue;
      const life = `${basename(service.logFile, '.log')} (process ${String(service.pid())})`;
      const size = residentMiB(service.pid());
      if (size === null) continue;
      this.lives.set(life, [...(this.lives.get(life) ?? []), { at: elapsed / 60_000, size }]);
    }
  }
}

function residentMiB(pid: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

/** Least squares, MiB a minute. */
function slopeOf(samples: readonly Sample[]): number {
  const meanAt = samples.reduce((sum, { at }) => sum + at, 0) / samples.length;
  const meanSize = samples.reduce((sum, { size }) => sum + size, 0) / samples.length;
  const covariance = samples.reduce((sum, { at, size }) => sum + (at - meanAt) * (size - meanSize), 0);
  const variance = samples.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance;
}
