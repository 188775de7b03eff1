import { reasonOf, type Check } from '../check';
import { notChecked, ok, problem, warning, type Finding } from '../finding';
import type { Installation } from '../installation';

/** A clock that differs by more shifts minutes of accounting; by much more, events look like they come from the future. */
const WARN_MS = 5_000;
const PROBLEM_MS = 60_000;
/** The header `Date` has whole seconds. */
const HTTP_RESOLUTION_MS = 1_000;

export const clocks: Check = {
  name: 'clocks',
  summary: 'this machine, ClickHouse and what answers over HTTP agree about the time',
  runbook: 'clocks',
  run: async (installation) => {
    const { registry, services } = installation;
    return Promise.all([
      compared(installation, 'clickhouse', () => clickhouseTime(installation), 0),
      ...[
        ['schema registry', `${registry.url}/subjects`] as const,
        ...services.map((url) => [`service ${url}`, `${url}/health/live`] as const),
      ].map(([name, url]) =>
        compared(installation, name, async () => (await installation.get(url)).date, HTTP_RESOLUTION_MS),
      ),
    ]);
  },
};

async function clickhouseTime({ database }: Installation): Promise<number | null> {
  const [row] = await database.query<{ now: number }>('SELECT toUnixTimestamp64Milli(now64(3)) AS now');
  return row?.now ?? null;
}

async function compared(
  { now }: Installation,
  name: string,
  ask: () => Promise<number | null>,
  resolution: number,
): Promise<Finding> {
  const subject = `clock of ${name}`;
  const remedy = 'Let the machines take their time from one source (chrony, NTP).';
  const asked = now();
  let time: number | null;
  try {
    time = await ask();
  } catch (error) {
    return notChecked(subject, reasonOf(error), 'Mend that first.');
  }
  const answered = now();
  if (time === null) return ok(subject, 'It does not tell the time, and needs none of ours.');
  // It was read between the two; what is outside differs for certain.
  const skew = time < asked - resolution ? time - asked + resolution : time > answered ? time - answered : 0;
  const seen =
    Math.abs(skew) < WARN_MS
      ? 'It agrees with this machine.'
      : `It is at least ${String(Math.round(Math.abs(skew) / 1_000))} s ${skew < 0 ? 'behind' : 'ahead of'} this machine.`;
  if (Math.abs(skew) >= PROBLEM_MS) return problem(subject, seen, remedy);
  return Math.abs(skew) >= WARN_MS ? warning(subject, seen, remedy) : ok(subject, seen);
}
