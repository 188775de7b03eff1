import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ClickHouse } from './clickhouse';
import { aMigratedDatabase, drop } from './testing/a-database';

const page = readFileSync(resolve(__dirname, '../../../SECURITY.md'), 'utf8');
/** What the page tells to run for one person. */
const statements = (/\*\*Erasure\.\*\*[^]*?```sql\n([^]*?)```/.exec(page)?.[1] ?? '')
  .split(';')
  .map((statement) => statement.trim())
  .filter(Boolean);

const person = '7f2a02eebdbcc86839c572e9be13ad58';
const other = 'c1d9f50f86825a1a2302ec2449c17196';
/** The kinds of places where a row can hold an identifier, each with a value that holds one. */
const inEvents: Readonly<Record<string, (pseudonym: string) => string>> = {
  user_id: (pseudonym) => `'${pseudonym}'`,
  user_fingerprint: (pseudonym) => `'${pseudonym}'`,
  domain_userid: (pseudonym) => `'${pseudonym}'`,
  network_userid: (pseudonym) => `'${pseudonym}'`,
  refr_domain_userid: (pseudonym) => `'${pseudonym}'`,
  unstruct_event: (pseudonym) => `('com.acme', 'login', 'jsonschema', 1, 0, 0, '{"userId":"${pseudonym}"}')`,
  contexts: (pseudonym) => `[('com.acme', 'session', 'jsonschema', 1, 0, 0, '{"userId":"${pseudonym}"}')]`,
};
const inFailedEvents: Readonly<Record<string, (pseudonym: string) => string>> = {
  parameters: (pseudonym) => `map('uid', '${pseudonym}')`,
  payload: (pseudonym) => `'{"data":[{"uid":"${pseudonym}"}]}'`,
  failures: (pseudonym) =>
    `[('schema_violation', 'wrong', 'user_id', '${pseudonym}', 'number', '', '', '', '')]`,
};

describe('the statements that erase a person', () => {
  let clickhouse: ClickHouse;
  beforeEach(async () => {
    clickhouse = await aMigratedDatabase();
    for (const [table, id, places] of [
      ['events_stored', 'event_id', inEvents],
      ['failed_events_stored', 'failed_id', inFailedEvents],
    ] as const)
      for (const [place, value] of Object.entries(places))
        for (const pseudonym of [person, other])
          // As copies come: a row may be there twice until it is merged.
          for (let copy = 0; copy < 2; copy += 1)
            await clickhouse.command(
              `INSERT INTO ${table} (app_id, ${id}, collector_tstamp, ${place}) SELECT '${place} of ${pseudonym}', toUUID('00000000-0000-4000-8000-000000000001'), now64(3), ${value(pseudonym)}`,
            );
  });
  afterEach(() => drop(clickhouse));

  const erase = async (pseudonym: string): Promise<void> => {
    for (const statement of statements) await clickhouse.command(statement.replaceAll('…', pseudonym));
  };
  const appsIn = async (from: string, settings = ''): Promise<readonly string[]> => {
    const sql = `SELECT DISTINCT app_id FROM ${from} ORDER BY app_id ${settings}`;
    return (await clickhouse.query<{ app_id: string }>(sql)).map((row) => row.app_id);
  };
  const rowsOf = (places: object, ...pseudonyms: readonly string[]): readonly string[] =>
    Object.keys(places)
      .flatMap((place) => pseudonyms.map((pseudonym) => `${place} of ${pseudonym}`))
      .sort();

  it('take the rows of the person, wherever they hold the pseudonym, and leave those of others', async () => {
    expect(statements).toHaveLength(4);
    expect(await appsIn('events')).toEqual(rowsOf(inEvents, person, other));
    expect(await appsIn('event_contexts')).toEqual(rowsOf({ contexts: 0 }, person, other));
    await erase(person);
    for (const [from, places] of [
      ['events_stored', inEvents],
      ['events', inEvents],
      ['event_contexts', { contexts: 0 }],
      ['failed_events_stored', inFailedEvents],
      ['failed_events', inFailedEvents],
      ['failed_event_status', inFailedEvents],
    ] as const)
      expect([from, await appsIn(from)]).toEqual([from, rowsOf(places, other)]);
    await erase(other);
    expect([await appsIn('events_stored'), await appsIn('failed_events_stored')]).toEqual([[], []]);
  });

  it('leave nothing of the rows on the disk, once they have run', async () => {
    await erase(person);
    for (const [table, places] of [
      ['events_stored', inEvents],
      ['failed_events_stored', inFailedEvents],
    ] as const)
      expect([table, await appsIn(table, 'SETTINGS apply_deleted_mask = 0')]).toEqual([
        table,
        rowsOf(places, other),
      ]);
  });
});
