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
/** From the close of a window until an alert tells what is missing in it, as the runbook of the accounting promises. */
const TOLD_WITHIN_SECONDS = 60;

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
  let alertSeconds: number | null = null;
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
        for (const check of alerts)
          await until(async () => {
            const seconds = await secondsUntilAlert(world, check, startedAt);
            if (seconds !== null) alertSeconds = Math.max(alertSeconds ?? 0, seconds);
            return seconds !== null;
          }, UNTIL_ALERTED_MS);
      },
    }),
    world,
    {
      ...options,
      faults: times,
      rate: control.rate ?? options.rate,
      isQuick: false,
      command: 'npm run faults -- --controls',
    },
  );
  const found = result.broken.map(({ id }) => id);
  return {
    control: name,
    ...options.build,
    startedAt: result.startedAt,
    events: result.events,
    caught:
      caughtBy.some((id) => found.includes(id)) && !found.includes('I10') && isInTime(alerts, alertSeconds),
    alerts: found.includes('I10') ? [] : [...alerts],
    alertSeconds,
    broken: result.broken,
  };
}

/** Whether what had to be told was told soon enough. */
export const isInTime = (alerts: readonly string[], seconds: number | null): boolean =>
  alerts.length === 0 || (seconds !== null && seconds <= TOLD_WITHIN_SECONDS);

/** From the close of the first window that a check found wrong until its alert was in the table; null before. */
async function secondsUntilAlert(world: World, check: string, since: number): Promise<number | null> {
  const { raised, seconds } = await world.figures<{ raised: number; seconds: number }>(
    `SELECT toFloat64(count()) AS raised,
            argMin(toUnixTimestamp64Milli(load_tstamp) - toUnixTimestamp64Milli(collector_tstamp), load_tstamp) / 1000 AS seconds
     FROM quality_alerts
     WHERE \`check\` = {check:String} AND state != 'resolved' AND load_tstamp >= fromUnixTimestamp64Milli({since:Int64})`,
    { check, since: String(since) },
  );
  return raised > 0 ? seconds : null;
}
