import type { PipelineService } from '@headwater/pipeline';
import { lastLines } from '@headwater/stack';

const KEPT_LINES = 5;

/** A process that ended without being told to. */
export interface Ending {
  readonly instance: string;
  /** The end of its log. */
  readonly said: string;
}

/** Notices services that end by themselves, also those that somebody starts again before anybody has looked. */
export class Endings {
  private found: readonly Ending[] = [];
  private readonly looks: (() => void)[] = [];

  /** The same service, from now on watched. */
  watch(service: PipelineService, instance: string): PipelineService {
    let isToRun = false;
    const look = (): void => {
      if (!isToRun || service.running()) return;
      isToRun = false;
      this.found = [...this.found, { instance, said: lastLines(service.logFile, KEPT_LINES) }];
    };
    this.looks.push(look);
    return {
      ...service,
      async start(until = 'ready') {
        look();
        // Its bundles and settings are those of the object that everybody else holds.
        await service.start.call(this, 'launched');
        isToRun = true;
        if (until === 'ready') await service.ready();
      },
      async kill() {
        look();
        isToRun = false;
        await service.kill();
      },
      stop() {
        look();
        isToRun = false;
        return service.stop();
      },
    };
  }

  /** All since the last call. */
  take(): readonly Ending[] {
    for (const look of this.looks) look();
    const { found } = this;
    this.found = [];
    return found;
  }
}

/** How often each service ended: `loader-1 × 2, enricher-2 × 1`. */
export function inWords(endings: readonly Ending[]): string {
  const counts = new Map<string, number>();
  for (const { instance } of endings) counts.set(instance, (counts.get(instance) ?? 0) + 1);
  return [...counts].map(([instance, count]) => `${instance} × ${String(count)}`).join(', ');
}
