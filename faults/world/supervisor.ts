import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from '../scenario';

const LOOK_MS = 500;
/** Kubernetes starts a container again at once the first time, and after 10 s the next. */
const BACK_OFF_MS = 1_000;

/**
 * What Kubernetes does: a service that has ended is started again, until what is answered is called. For faults that a service
 * may answer by ending itself.
 */
export function supervise({ world, tell }: Scene): () => Promise<void> {
  const stopping = new AbortController();
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      for (const service of world.all()) {
        if (service.running()) continue;
        tell(`${service.name} has ended; it is started again`);
        await sleep(BACK_OFF_MS);
        if (service.running()) continue;
        await service.start('launched').catch((error: unknown) => {
          tell(`${service.name} could not be started again: ${String(error)}`);
        });
      }
      await sleep(LOOK_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  return async () => {
    stopping.abort();
    await watching;
  };
}
