import { setTimeout as sleep } from 'node:timers/promises';
import type { Build } from '../run/build-id';
import { runScenario } from '../run/run-scenario';
import { scenario } from '../scenario';
import { buildVariant } from '../variants/build-variant';
import type { World } from '../world/world';
import type { Control } from './controls';
import type { ControlResult } from '../results/result';

/** Runs load and fault against a build in which a guarantee is broken, and says whether the checker has noticed. */
export async function runControl(
  control: Control,
  world: World,
  options: {
    readonly seed: number;
    readonly rate: number;
    readonly build: Build;
    readonly tell: (line: string) => void;
  },
): Promise<ControlResult> {
  const { name, title, services, edits, times, seconds = 0, caughtBy } = control;
  const bundles = await buildVariant({ name, services, edits });
  const change = async (folder?: string): Promise<void> => {
    for (const service of services) world.use(service, folder);
    for (const process of services.flatMap((service) => world.of(service))) {
      await process.stop();
      await process.start();
    }
  };
  const result = await runScenario(
    scenario({
      name: `control-${name}`,
      row: 0,
      title,
      world: world.kind,
      full: 0,
      async prepare() {
        await change(bundles);
        return () => change();
      },
      async inject(scene) {
        await control.inject?.(scene);
        await sleep(seconds * 1000);
      },
    }),
    world,
    { ...options, faults: Math.max(1, times), rate: control.rate ?? options.rate },
  );
  const found = result.broken.map(({ id }) => id);
  return {
    control: name,
    ...options.build,
    startedAt: result.startedAt,
    events: result.events,
    caught: caughtBy.some((id) => found.includes(id)),
    broken: result.broken,
  };
}
