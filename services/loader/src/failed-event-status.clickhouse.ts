import type { ClickHouse } from '@headwater/clickhouse';
import { topics, type Failure, type FailedEvent } from '@headwater/contracts';
import { tables } from '@headwater/loading';
import { failure } from '@headwater/stage';
import { aFailedEvent, anEnrichedEvent, BUILT_AT } from '@headwater/testing';
import { aBatch, aLoader } from './testing/a-loader';

const FIRST = '1b9dfc4e-0f6e-5c3a-8d5e-6a1f2b3c4d5e';
const SECOND = '2b9dfc4e-0f6e-5c3a-8d5e-6a1f2b3c4d5e';
const EVENT = '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10';

interface Status {
  readonly failed_id: string;
  readonly resolution: string;
  readonly resolved_by: string;
}

/** What ClickHouse makes of the blocks that the loader really inserts. */
describe('failed events, and what became of them', () => {
  let clickhouse: ClickHouse;
  let loader: Awaited<ReturnType<typeof aLoader>>['loader'];
  let drop: () => Promise<void>;
  let offset = 0n;
  beforeEach(async () => {
    ({ clickhouse, loader, drop } = await aLoader());
  });
  afterEach(() => drop());

  const fail = async (...values: readonly Partial<FailedEvent>[]): Promise<void> => {
    offset += 100n;
    await loader.failedEvents(aBatch(topics.failedEvents, values.map(aFailedEvent), offset));
  };
  const load = async (replay_of: string | null): Promise<void> => {
    offset += 100n;
    const event = anEnrichedEvent({
      event_id: EVENT,
      replay_of,
      replay_id: replay_of && '0c4d9f2a-6f0d-5c7e-9a53-0f1d1a7f4e26',
      replayed_at: replay_of === null ? null : BUILT_AT + 60_000,
    });
    await loader.events(aBatch(topics.validEvents, [event], offset));
  };
  const statuses = (): Promise<readonly Status[]> =>
    clickhouse.query(
      'SELECT failed_id, resolution, resolved_by FROM failed_event_status ORDER BY toString(failed_id)',
    );
  const stored = async (): Promise<number | undefined> =>
    (
      await clickhouse.query<{ count: number }>(
        'SELECT count() AS count FROM failed_event_resolutions_stored',
      )
    )[0]?.count;

  it('is unresolved until the repaired event is in the table', async () => {
    await fail({ failed_id: FIRST });
    await load(null);
    expect(await statuses()).toEqual([{ failed_id: FIRST, resolution: '', resolved_by: '' }]);
    await load(FIRST);
    expect(await statuses()).toEqual([{ failed_id: FIRST, resolution: 'loaded', resolved_by: EVENT }]);
    const [resolution] = await clickhouse.query(
      'SELECT failed_id, resolution, replay_id, toUnixTimestamp64Milli(replayed_at) AS replayed_at FROM failed_event_resolutions',
    );
    expect(resolution).toEqual({
      failed_id: FIRST,
      resolution: 'loaded',
      replay_id: '0c4d9f2a-6f0d-5c7e-9a53-0f1d1a7f4e26',
      replayed_at: BUILT_AT + 60_000,
    });
  });

  it('stays resolved when the first failure is delivered once more', async () => {
    await fail({ failed_id: FIRST });
    await load(FIRST);
    await fail({ failed_id: FIRST });
    expect((await statuses()).map(({ resolution }) => resolution)).toEqual(['loaded']);
  });

  it('gives its place to the failure that its replay ended in', async () => {
    await fail({ failed_id: FIRST });
    await fail({ failed_id: SECOND, replay_of: FIRST });
    expect(await statuses()).toEqual([
      { failed_id: FIRST, resolution: 'failed_again', resolved_by: SECOND },
      { failed_id: SECOND, resolution: '', resolved_by: '' },
    ]);
  });

  it('stays unresolved when its replay fails for the same reason', async () => {
    await fail({ failed_id: FIRST });
    await fail({ failed_id: FIRST, replay_of: FIRST });
    expect(await statuses()).toEqual([{ failed_id: FIRST, resolution: '', resolved_by: '' }]);
    expect(await stored()).toBe(0);
  });

  it('is unresolved again when a later replay fails in its old way: of two failures one always stands', async () => {
    await fail({ failed_id: FIRST });
    await fail({ failed_id: SECOND, replay_of: FIRST });
    await fail({ failed_id: FIRST, replay_of: SECOND });
    expect(await statuses()).toEqual([
      { failed_id: FIRST, resolution: '', resolved_by: '' },
      { failed_id: SECOND, resolution: 'failed_again', resolved_by: FIRST },
    ]);
  });

  it('counts one outcome when a batch is delivered twice, and an event that is loaded for more than one that failed', async () => {
    await fail({ failed_id: FIRST });
    const batch = aBatch(
      topics.validEvents,
      [anEnrichedEvent({ event_id: EVENT, replay_of: FIRST })],
      9_000n,
    );
    await loader.events(batch);
    await loader.events(batch);
    expect(await stored()).toBe(1);
    await fail({ failed_id: SECOND, replay_of: FIRST });
    expect((await statuses())[0]).toMatchObject({ resolution: 'loaded' });
  });

  it('does not stop at a replay_of that is no id', async () => {
    await load('none of ours');
    await fail({ failed_id: FIRST, replay_of: 'none of ours' });
    expect((await statuses()).map(({ resolution }) => resolution)).toEqual(['']);
  });

  it('keeps a resolution for as long as the failed event', async () => {
    const [ttl] = await clickhouse.query(
      "SELECT uniqExact(extract(engine_full, 'toIntervalDay\\(\\d+\\)')) AS kinds, count() AS tables FROM system.tables WHERE database = {name:String} AND name IN ('failed_events_stored', 'failed_event_resolutions_stored')",
      { name: clickhouse.database },
    );
    expect(ttl).toEqual({ kinds: 1, tables: 2 });
  });

  it('shows every column of the failed events', async () => {
    const columns = await clickhouse.query<{ name: string }>(
      "SELECT name FROM system.columns WHERE database = {name:String} AND table = 'failed_event_status' ORDER BY position",
      { name: clickhouse.database },
    );
    expect(columns.map(({ name }) => name)).toEqual([
      ...tables.failedEvents.columns.map(({ name }) => name),
      'load_tstamp',
      'resolution',
      'resolved_by',
      'resolved_at',
    ]);
  });
});

describe('problems', () => {
  let clickhouse: ClickHouse;
  let loader: Awaited<ReturnType<typeof aLoader>>['loader'];
  let drop: () => Promise<void>;
  beforeAll(async () => {
    ({ clickhouse, loader, drop } = await aLoader());
  });
  afterAll(() => drop());

  const missing = (field: string, path: string): Failure =>
    failure('schema_violation', `${field} lacks it`, {
      field,
      path,
      keyword: 'required',
      schema: 'iglu:com.acme/cart/jsonschema/1-0-0',
      source: 'contextSchemas',
    });
  const id = (number: number): string => `1b9dfc4e-0f6e-5c3a-8d5e-${String(number).padStart(12, '0')}`;

  it('are made of the cause and not of the place in a list, by app, with counts, times and an example', async () => {
    const failed = (number: number, app_id: string, ...failures: readonly Failure[]): FailedEvent =>
      aFailedEvent({
        failed_id: id(number),
        app_id,
        failures,
        failure_type: 'schema_violation',
        collector_tstamp: BUILT_AT + number * 1_000,
        event_name: 'cart_viewed',
        replayable: number !== 4,
      });
    const other = failure('atomic_field_violation', 'page_title is long', {
      field: 'page_title',
      keyword: 'maxLength',
      source: 'atomicLengths',
    });
    await loader.failedEvents(
      aBatch(topics.failedEvents, [
        failed(1, 'shop', missing('contexts[0]', '/items/0/sku'), missing('contexts[0]', '/items/7/sku')),
        failed(2, 'shop', missing('contexts[3]', '/items/12/sku'), other),
        failed(3, 'blog', missing('contexts[0]', '/items/0/sku')),
        failed(4, 'shop', missing('contexts[1]', '/items/0/sku')),
        failed(5, 'shop'),
      ]),
    );
    await loader.events(aBatch(topics.validEvents, [anEnrichedEvent({ event_id: EVENT, replay_of: id(2) })]));
    const problems = await clickhouse.query(
      `SELECT app_id, failure_type, field, path, keyword, toUnixTimestamp64Milli(first_seen) AS first_seen, toUnixTimestamp64Milli(last_seen) AS last_seen,
              events, unresolved, replayable_events, event_names, example_failed_id
       FROM failed_event_problems ORDER BY events DESC, app_id, failure_type, field`,
    );
    const known = { event_names: ['cart_viewed'] };
    expect(problems).toEqual([
      {
        ...known,
        app_id: 'shop',
        failure_type: 'schema_violation',
        field: 'contexts[*]',
        path: '/items/*/sku',
        keyword: 'required',
        first_seen: BUILT_AT + 1_000,
        last_seen: BUILT_AT + 4_000,
        events: 3,
        unresolved: 2,
        replayable_events: 1,
        example_failed_id: id(4),
      },
      expect.objectContaining({ app_id: 'blog', events: 1, example_failed_id: id(3) }),
      expect.objectContaining({ failure_type: 'atomic_field_violation', events: 1, unresolved: 0 }),
      expect.objectContaining({ failure_type: 'schema_violation', field: '', path: '', events: 1 }),
    ]);
    const ids = await clickhouse.query<{ problem_id: string }>(
      'SELECT problem_id FROM failed_event_problems',
    );
    expect(new Set(ids.map(({ problem_id }) => problem_id)).size).toBe(4);
  });
});
