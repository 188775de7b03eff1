import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { PipelineService } from '@headwater/pipeline';

const SAMPLE_MS = 10_000;
/** Caches and pools fill first. */
const WARM_UP_MS = 5 * 60_000;
const MINUTES_AN_HOUR = 60;
/** A slope over less says nothing. */
const LEAST_SAMPLES = 30;

interface Sample {
  /** Minutes since the start. */
  readonly at: number;
  /** Resident memory, MiB. */
  readonly size: number;
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

  /** Ends it. A line for each process that lived long enough to tell. */
  stop(): readonly string[] {
    clearInterval(this.timer);
    return [...this.lives].flatMap(([life, samples]) => {
      if (samples.length < LEAST_SAMPLES) return [];
      const mean = samples.reduce((sum, { size }) => sum + size, 0) / samples.length;
      const slope = slopeOf(samples) * MINUTES_AN_HOUR;
      return [
        `memory of ${life}: ${mean.toFixed(0)} MiB, ${slope >= 0 ? '+' : ''}${slope.toFixed(1)} MiB an hour (${((100 * slope) / mean).toFixed(1)} %) over ${(samples.length / 6).toFixed(0)} minutes`,
      ];
    });
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
