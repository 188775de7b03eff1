import { setTimeout as sleep } from 'node:timers/promises';
import type { Build } from '../run/build-id';
import { runScenario } from '../run/run-scenario';
import { scenario } from '../scenario';
import { buildVariant } from '../variants/build-variant';
import { until } from '../world/until';
import type { World } from '../world/world';
import type { Control } from './controls';
import type { ControlResult } from '../results/result';

/** A minute's window, what closes it, and the minute in which it has to be told. */
const UNTIL_ALERTED_MS = 180_000;

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
  const { name, title, services, edits, seconds = 0, caughtBy, alerts = [] } = control;
  const times = Math.max(1, control.times);
  const startedAt = Date.now();
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
      alerts,
      async inject(scene, index) {
        await control.inject?.(scene);
        await sleep(seconds * 1000);
        if (index < times - 1) return;
        for (const check of alerts) await until(() => wasRaised(world, check, startedAt), UNTIL_ALERTED_MS);
      },
    }),
    world,
    { ...options, faults: times, rate: control.rate ?? options.rate },
  );
  const found = result.broken.map(({ id }) => id);
  return {
    control: name,
    ...options.build,
    startedAt: result.startedAt,
    events: result.events,
    caught: caughtBy.some((id) => found.includes(id)) && !found.includes('I10'),
    alerts: found.includes('I10') ? [] : [...alerts],
    broken: result.broken,
  };
}

async function wasRaised(world: World, check: string, since: number): Promise<boolean> {
  const { raised } = await world.figures<{ raised: number }>(
    `SELECT toFloat64(count()) AS raised FROM quality_alerts
     WHERE \`check\` = {check:String} AND state != 'resolved' AND load_tstamp >= fromUnixTimestamp64Milli({since:Int64})`,
    { check, since: String(since) },
  );
  return raised > 0;
}
