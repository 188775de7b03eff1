import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ContentRefused, TablesNotReady, type ClickHouse } from '@headwater/clickhouse';
import {
  topics,
  type EnrichedEvent,
  type FailedEvent,
  type RecordOf,
  type SchemaName,
  type SelfDescribing,
  type StageCounts,
} from '@headwater/contracts';
import { tables } from '@headwater/loading';
import type { Output, Undecodable } from '@headwater/stage';
import { aFailedEvent, anEnrichedEvent, BUILT_AT } from '@headwater/testing';
import { aBatch, aLoader } from './testing/a-loader';

const DAY = 86_400_000;
const root = resolve(__dirname, '../../..');
const example = <S extends SchemaName>(schema: S): RecordOf[S] =>
  JSON.parse(readFileSync(resolve(root, `libs/contracts/examples/${schema}.json`), 'utf8')) as RecordOf[S];
const id = (number: number): string => `6f1d9c1e-52a5-4d1c-8f0e-${String(number).padStart(12, '0')}`;
const events = (count: number): EnrichedEvent[] =>
  Array.from({ length: count }, (_none, index) => anEnrichedEvent({ event_id: id(index) }));
const deadLetters = (outputs: readonly Output[]): FailedEvent[] =>
  outputs.filter(({ topic }) => topic === topics.failedEvents).map(({ value }) => value as FailedEvent);
const counts = (outputs: readonly Output[]): StageCounts[] =>
  outputs.filter(({ topic }) => topic === topics.stageCounts).map(({ value }) => value as StageCounts);

describe('Loader on ClickHouse', () => {
  let clickhouse: ClickHouse;
  let loader: Awaited<ReturnType<typeof aLoader>>['loader'];
  let outputs: Output[];
  let drop: () => Promise<void>;
  beforeEach(async () => {
    ({ clickhouse, loader, outputs, drop } = await aLoader());
  });
  afterEach(() => drop());

  const one = async <T>(sql: string): Promise<T> => {
    const [row] = await clickhouse.query<T>(sql);
    if (row === undefined) throw new Error(`No row: ${sql}`);
    return row;
  };
  const count = async (from: string): Promise<number> =>
    (await one<{ count: number }>(`SELECT count() AS count FROM ${from}`)).count;

  /** What a record looks like when it is read back: empty for null where the type has an empty value, times as text. */
  const readBack = (record: object, table: (typeof tables)[keyof typeof tables]): object => {
    const values = record as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      table.columns.map(({ name, type, stored }) => {
        const value = values[name] ?? null;
        if (value !== null && stored.includes('DateTime64'))
          return [name, new Date(value as number).toISOString().replace('T', ' ').replace('Z', '')];
        if (value !== null) return [name, withoutNulls(value)];
        if (type.kind === 'string') return [name, ''];
        if (type.kind === 'array') return [name, []];
        if (type.kind === 'map') return [name, {}];
        if (type.kind === 'tuple')
          return [
            name,
            Object.fromEntries(
              type.fields.map((field) => [field.name, field.type.kind === 'string' ? '' : 0]),
            ),
          ];
        return [name, null];
      }),
    );
  };
  const withoutNulls = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (_key, inner: unknown) => inner ?? ''));

  it('stores the example of every contract as it is', async () => {
    const event = { ...example('EnrichedEvent') };
    await loader.events(aBatch(topics.validEvents, [event]));
    await loader.failedEvents(aBatch(topics.failedEvents, [example('FailedEvent')]));
    await loader.records(aBatch(topics.stageCounts, [example('StageCounts')]), tables.stageCounts);
    await loader.records(aBatch(topics.qualityAlerts, [example('QualityAlert')]), tables.qualityAlerts);
    for (const table of Object.values(tables)) {
      const stored = await one<object>(`SELECT * EXCEPT (load_tstamp) FROM ${table.view}`);
      const money = Object.fromEntries(
        table.columns
          .filter(({ stored: type }) => type.includes('Decimal'))
          .map(({ name }) => [
            name,
            (event[name as keyof EnrichedEvent] as string | null) === null ? null : expect.anything(),
          ]),
      );
      expect(stored).toEqual({ ...readBack(example(table.topic.schema), table), ...money });
    }
    expect(deadLetters(outputs)).toEqual([]);
  });

  it('stores the edges of what an event may hold', async () => {
    const edges = anEnrichedEvent({
      page_title: '😀 naïve \u0000 \ufffd',
      page_url: '',
      dvce_created_tstamp: 0,
      true_tstamp: -62_167_219_200_000,
      refr_dvce_tstamp: 253_402_300_799_999,
      se_value: -0.1,
      tr_total: '99999999999999999999.999999999999999999',
      domain_sessionidx: 2 ** 31 - 1,
      contexts: [],
    });
    await loader.events(aBatch(topics.validEvents, [edges]));
    const stored = await one(
      'SELECT page_title, page_url, toUnixTimestamp64Milli(dvce_created_tstamp) AS created, toUnixTimestamp64Milli(true_tstamp) AS first, toUnixTimestamp64Milli(refr_dvce_tstamp) AS last, se_value, toString(tr_total) AS total, domain_sessionidx, length(contexts) AS contexts FROM events',
    );
    expect(stored).toEqual({
      page_title: '😀 naïve \u0000 \ufffd',
      page_url: '',
      created: 0,
      first: -62_167_219_200_000,
      last: 253_402_300_799_999,
      se_value: -0.1,
      total: '99999999999999999999.999999999999999999',
      domain_sessionidx: 2 ** 31 - 1,
      contexts: 0,
    });
  });

  it('makes one event of copies that the collector received at different times', async () => {
    const times = [BUILT_AT, BUILT_AT + 5_000, BUILT_AT + 40 * DAY];
    for (const [number, dvce_created_tstamp] of [BUILT_AT, 0, null, -62_167_219_200_000].entries())
      for (const [index, collector_tstamp] of times.entries()) {
        const event = anEnrichedEvent({
          event_id: id(number),
          collector_tstamp,
          dvce_created_tstamp,
          derived_tstamp: collector_tstamp,
        });
        await loader.events(aBatch(topics.validEvents, [event], BigInt(index)));
      }
    // The engine may have merged the copies of one month already, never those of two.
    expect(await count('events_stored')).toBeGreaterThanOrEqual(8);
    expect(await count('events')).toBe(4);
    expect(await count('(SELECT * FROM events)')).toBe(4);
    // Also once the engine has merged what it can.
    await clickhouse.command('OPTIMIZE TABLE events_stored FINAL');
    expect(await count('events')).toBe(4);
    // It is an event of the month in which its last copy came: the engine does not leave out parts before it compares.
    const first = `collector_tstamp < toDateTime64(${(BUILT_AT + 20 * DAY) / 1000}, 3, 'UTC')`;
    expect([await count(`events WHERE ${first}`), await count(`events WHERE NOT ${first}`)]).toEqual([0, 4]);
  });

  it('loads a batch once that is delivered twice', async () => {
    const batch = aBatch(topics.validEvents, events(10));
    await loader.events(batch);
    await loader.events(batch);
    expect(await count('events_stored')).toBe(10);
    expect(counts(outputs).map(({ in_count, out_count }) => [in_count, out_count])).toEqual([
      [10, 10],
      [10, 10],
    ]);
    expect(new Set(counts(outputs).map(({ counts_id }) => counts_id)).size).toBe(1);
  });

  it('finds the row that does not fit, loads the others once, and accounts for all', async () => {
    const values = events(100);
    values[37] = anEnrichedEvent({ event_id: id(37), tr_total: '1'.repeat(30), app_id: 'blog' });
    values[90] = anEnrichedEvent({ event_id: 'no UUID' });
    const batch = aBatch(topics.validEvents, values, 1_000n);
    await loader.events(batch);
    await loader.events(batch);
    expect(await count('events_stored')).toBe(98);
    const failed = deadLetters(outputs);
    expect(failed).toHaveLength(4);
    expect(new Set(failed.map(({ failed_id }) => failed_id)).size).toBe(2);
    expect(failed.find(({ app_id }) => app_id === 'blog')).toMatchObject({
      stage: 'loader',
      failure_type: 'loading_failure',
      event_id: id(37),
      replayable: true,
      parameters: expect.objectContaining({ tr_tt: '1'.repeat(30) }) as unknown,
      failures: [
        expect.objectContaining({
          message:
            'The table events_stored does not take this record: A value of the column tr_total is no Nullable(Decimal(38, 18)).',
        }),
      ],
    });
    const sum = (field: 'in_count' | 'out_count'): number =>
      counts(outputs).reduce((total, each) => total + (each[field] ?? 0), 0);
    expect([sum('in_count'), sum('out_count')]).toEqual([200, 196]);
  });

  it('finds the row that ClickHouse itself refuses', async () => {
    await clickhouse.command(
      "ALTER TABLE events_stored ADD CONSTRAINT small CHECK page_title != 'refuse me'",
    );
    const values = events(50);
    values[49] = anEnrichedEvent({ event_id: id(49), page_title: 'refuse me' });
    await loader.events(aBatch(topics.validEvents, values));
    expect(await count('events')).toBe(49);
    const [failed, ...others] = deadLetters(outputs);
    expect(others).toEqual([]);
    expect(failed?.event_id).toBe(id(49));
    expect(failed?.failures?.[0]?.message).toMatch(
      /because of what is in them \(code 469 VIOLATED_CONSTRAINT\)\.$/,
    );
    expect(JSON.stringify(failed?.failures)).not.toContain('refuse me');
  });

  it('keeps a record by reference that could not be decoded', async () => {
    const undecodable: Undecodable = {
      offset: 1n,
      timestamp: BUILT_AT,
      undecodable: { reason: 'it is empty', length: 0, sha256: 'e3b0' },
    };
    const batch = aBatch(topics.validEvents, events(1));
    await loader.events({ ...batch, next: 2n, records: [...batch.records, undecodable] });
    expect(await count('events')).toBe(1);
    expect(deadLetters(outputs)).toMatchObject([
      { failure_type: 'undecodable_record', reference: { offset: 1 } },
    ]);
    expect(counts(outputs).map(({ app_id, in_count, out_count }) => [app_id, in_count, out_count])).toEqual([
      ['shop', 1, 1],
      ['unknown', 1, 0],
    ]);
  });

  it('puts a failed event that does not fit into its table with less content, and never into the topic again', async () => {
    const good = aFailedEvent();
    const odd = aFailedEvent({ failed_id: 'no UUID', app_id: 'blog', parameters: { a: '1' } });
    const batch = aBatch(topics.failedEvents, [good, odd]);
    await loader.failedEvents(batch);
    await loader.failedEvents(batch);
    expect(outputs).toEqual([]);
    expect(await count('failed_events_stored')).toBe(2);
    expect(
      await clickhouse.query(
        'SELECT app_id, failure_type, replayable, length(parameters) AS parameters FROM failed_events ORDER BY app_id',
      ),
    ).toEqual([
      { app_id: 'blog', failure_type: 'tracker_protocol_violation', replayable: false, parameters: 0 },
      { app_id: 'shop', failure_type: 'tracker_protocol_violation', replayable: true, parameters: 0 },
    ]);
  });

  it('stops when even that is refused, instead of losing it', async () => {
    await clickhouse.command("ALTER TABLE failed_events_stored ADD CONSTRAINT none CHECK app_id != 'blog'");
    const batch = aBatch(topics.failedEvents, [aFailedEvent(), aFailedEvent({ app_id: 'blog' })]);
    await expect(loader.failedEvents(batch)).rejects.toThrow(ContentRefused);
  });

  it('counts nothing when it loads counts', async () => {
    await loader.records(aBatch(topics.stageCounts, [example('StageCounts')]), tables.stageCounts);
    expect(outputs).toEqual([]);
  });

  it('waits, and blames no event, when someone has changed the table', async () => {
    await loader.events(aBatch(topics.validEvents, events(1)));
    await clickhouse.command("ALTER TABLE events_stored MODIFY COLUMN platform Enum8('' = 0, 'web' = 1)");
    const [event] = events(1);
    const mobile = aBatch(topics.validEvents, [{ ...event, platform: 'mob' } as EnrichedEvent], 5n);
    await expect(loader.events(mobile)).rejects.toThrow(TablesNotReady);
    await expect(loader.events(mobile)).rejects.toThrow(
      /platform is Enum8\(.*instead of LowCardinality\(String\)/,
    );
    expect(deadLetters(outputs)).toEqual([]);
    await clickhouse.command('ALTER TABLE events_stored MODIFY COLUMN platform LowCardinality(String)');
    await loader.events(mobile);
    expect(await count('events')).toBe(1);
  });

  it('waits when the table is not there', async () => {
    await clickhouse.command('DROP TABLE events_stored');
    await expect(loader.events(aBatch(topics.validEvents, events(1)))).rejects.toThrow(
      /There is no table .*events_stored\. Run the job/,
    );
  });

  it('inserts again under the same tokens after a broker that could not take the counts', async () => {
    const values = events(20);
    values[3] = anEnrichedEvent({ event_id: id(3), tr_total: 'x' });
    const batch = aBatch(topics.validEvents, values);
    const push = jest.spyOn(outputs, 'push').mockImplementationOnce(() => {
      throw new Error('no broker');
    });
    await expect(loader.events(batch)).rejects.toThrow('no broker');
    push.mockRestore();
    await loader.events(batch);
    expect(await count('events_stored')).toBe(19);
    expect(deadLetters(outputs)).toHaveLength(1);
  });
});

describe('the queries in the documentation', () => {
  const page = readFileSync(resolve(root, 'libs/clickhouse/README.md'), 'utf8');
  const queries = [...page.matchAll(/```sql\n([^]*?)```/g)].map(([, sql = '']) => sql.trim());
  const json = (name: string, data: object): SelfDescribing => ({
    vendor: 'com.snowplowanalytics.snowplow',
    name,
    format: 'jsonschema',
    model: 1,
    revision: 0,
    addition: 1,
    data: JSON.stringify(data),
  });

  it('run, and find what is there', async () => {
    const { clickhouse, loader, drop } = await aLoader();
    const recent = Date.now() - 60_000;
    await loader.events(
      aBatch(topics.validEvents, [
        anEnrichedEvent({
          collector_tstamp: recent,
          event_name: 'link_click',
          event: 'unstruct',
          unstruct_event: json('link_click', {
            targetUrl: 'https://example.com/',
            elementClasses: ['a', 'b'],
          }),
          contexts: [json('web_page', { id: id(7) }), json('client_session', { sessionIndex: 3 })],
          derived_contexts: [json('ua_parser_context', { useragentFamily: 'Firefox' })],
        }),
      ]),
    );
    await loader.failedEvents(
      aBatch(topics.failedEvents, [{ ...example('FailedEvent'), collector_tstamp: recent }]),
    );
    await loader.records(
      aBatch(topics.stageCounts, [{ ...example('StageCounts'), collector_tstamp: recent }]),
      tables.stageCounts,
    );
    expect(queries.length).toBeGreaterThanOrEqual(5);
    for (const sql of queries) {
      const rows = await clickhouse.query<Record<string, unknown>>(sql.replace(/;$/, ''));
      expect([sql, rows.length]).toEqual([sql, expect.any(Number)]);
      expect(rows.length).toBeGreaterThan(0);
      for (const value of Object.values(rows[0] ?? {})) expect(value === null || value === '').toBe(false);
    }
    await drop();
  });
});
