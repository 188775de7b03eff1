import type { Check } from '../check';
import { ok, problem, warning, type Finding } from '../finding';

const GiB = 1024 ** 3;
/** Share of a disk that ClickHouse needs free to merge; below the second, it soon refuses inserts (243). */
const WARN_FREE = 0.15;
const LEAST_FREE = 0.05;

export const room: Check = {
  name: 'room in clickhouse',
  summary: 'disks have room, partitions have few parts',
  runbook: 'clickhouse_room',
  run: async ({ database }) => {
    const [disks, partitions, limits] = await Promise.all([
      database.query<{ name: string; free: number; total: number }>(
        'SELECT name, toFloat64(free_space) AS free, toFloat64(total_space) AS total FROM system.disks',
      ),
      database.query<{ table: string; partition: string; parts: number }>(
        `SELECT table, partition, toUInt32(count()) AS parts FROM system.parts
         WHERE database = {database:String} AND active GROUP BY table, partition ORDER BY parts DESC LIMIT 1`,
        { database: database.name },
      ),
      database.query<{ name: string; value: string }>(
        `SELECT name, value FROM system.merge_tree_settings WHERE name IN ('parts_to_delay_insert', 'parts_to_throw_insert')`,
      ),
    ]);
    const limit = (name: string, standard: number): number =>
      Number(limits.find((row) => row.name === name)?.value ?? standard);
    return [
      ...disks.map(diskFinding),
      partsFinding(
        partitions[0],
        limit('parts_to_delay_insert', 1_000),
        limit('parts_to_throw_insert', 3_000),
      ),
    ];
  },
};

function diskFinding({ name, free, total }: { name: string; free: number; total: number }): Finding {
  const subject = `disk ${name}`;
  // Object storage has no end, and says so with a size of zero or of all 64 bits.
  if (total === 0 || total > 2 ** 62) return ok(subject, 'It has no fixed size.');
  const seen = `${(free / GiB).toFixed(1)} GiB of ${(total / GiB).toFixed(1)} GiB are free (${String(Math.floor((100 * free) / total))} %).`;
  if (free / total < LEAST_FREE)
    return problem(
      subject,
      seen,
      'Make the disk larger or shorten TABLES__EVENTS_DAYS now: soon inserts are refused (243) and events wait in Kafka.',
    );
  if (free / total < WARN_FREE)
    return warning(subject, seen, 'Make the disk larger, or shorten TABLES__EVENTS_DAYS and run `migrate`.');
  return ok(subject, seen);
}

function partsFinding(
  worst: { readonly table: string; readonly partition: string; readonly parts: number } | undefined,
  delay: number,
  refuse: number,
): Finding {
  const subject = 'parts';
  if (!worst) return ok(subject, 'Nothing is stored yet.');
  const { table, partition, parts } = worst;
  const seen = `Partition ${partition} of ${table} has ${String(parts)} parts, more than any other; from ${String(delay)} inserts are slowed down, from ${String(refuse)} refused (252).`;
  const next =
    'See why merges do not keep up (system.merges, disk), and raise BATCH__LINGER_MS of the loader.';
  if (parts >= delay) return problem(subject, seen, next);
  return parts >= delay / 2 ? warning(subject, seen, next) : ok(subject, seen);
}
