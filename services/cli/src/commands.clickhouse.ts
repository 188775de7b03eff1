import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ClickHouse, clickhouseConfig, encodeBlock, migrate, tablesConfig } from '@headwater/clickhouse';
import type { EnrichedEvent, FailedEvent } from '@headwater/contracts';
import { tables } from '@headwater/loading';
import { failure } from '@headwater/stage';
import { aFailedEvent, anEnrichedEvent, BUILT_AT } from '@headwater/testing';
import { FailedEvents } from './reading/failed-events';
import { runCommandLine } from './run-command-line';
import { captured } from './testing/captured';
import { ReplayRuns, type ReplayRun } from './writing/replay-runs';

const id = (number: number): string => `1b9dfc4e-0f6e-5c3a-8d5e-${String(number).padStart(12, '0')}`;
const url = process.env['HEADWATER_TEST_CLICKHOUSE_URL'];

/** The commands on a real ClickHouse; sending to Kafka is left to the end-to-end suite. */
describe('headwater failed', () => {
  const database = `cli_${process.pid}_${Date.now()}`;
  const clickhouse = new ClickHouse(clickhouseConfig.parse({ url, database }));
  const folder = mkdtempSync(join(tmpdir(), 'headwater-cli-'));
  let inserts = 0;

  const insertFailed = (...events: readonly FailedEvent[]): Promise<void> =>
    clickhouse.insert(tables.failedEvents.stored, encodeBlock(tables.failedEvents.columns, events), {
      token: `f${(inserts += 1)}`,
    });
  const insertEvents = (...events: readonly EnrichedEvent[]): Promise<void> =>
    clickhouse.insert(tables.events.stored, encodeBlock(tables.events.columns, events), {
      token: `e${(inserts += 1)}`,
    });
  const run = async (...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> => {
    const { surroundings, printed } = captured({
      env: { CLICKHOUSE__URL: url, CLICKHOUSE__DATABASE: database },
    });
    const code = await runCommandLine(['failed', ...argv], surroundings);
    return { code, ...printed() };
  };
  const json = async (...argv: readonly string[]): Promise<readonly Record<string, unknown>[]> => {
    const { code, out, err } = await run(...argv, '--json');
    if (code !== 0) throw new Error(err);
    return out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  const example = JSON.parse(
    readFileSync(resolve(__dirname, '../../../libs/contracts/examples/FailedEvent.json'), 'utf8'),
  ) as FailedEvent;
  const link = (number: number, known: Partial<FailedEvent> = {}): FailedEvent =>
    aFailedEvent({
      failed_id: id(number),
      collector_tstamp: BUILT_AT + number * 1_000,
      stage: 'validator',
      failure_type: 'schema_violation',
      event: 'unstruct',
      event_name: 'link_click',
      event_id: id(100 + number),
      failures: [
        failure('schema_violation', 'targetUrl is missing.', {
          field: 'unstruct_event',
          keyword: 'required',
          schema: 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1',
          source: 'unstructSchema',
        }),
      ],
      parameters: {
        e: 'ue',
        p: 'web',
        tv: 'js',
        aid: 'shop',
        eid: id(100 + number),
        ue_pr: `{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":"iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1","data":{"targetURL":"https://a.example/${number}"}}}`,
      },
      ...known,
    });
  const whole: FailedEvent = {
    ...example,
    failed_id: id(50),
    collector_tstamp: BUILT_AT + 50_123,
    app_id: 'whole',
    payload_index: 3,
    dvce_created_tstamp: BUILT_AT - 1,
    dvce_sent_tstamp: 0,
    reference: { topic: 'valid-events', partition: 1, offset: 2 ** 40, length: 5, sha256: 'ab' },
    payload: '{"schema":"…"}',
    replayable: false,
    not_replayable_reason: 'For the test.',
    replay_id: id(1),
    replay_of: id(50),
    replayed_at: BUILT_AT + 60_000,
  };

  beforeAll(async () => {
    await migrate(
      clickhouse,
      { info: () => undefined },
      {
        tables: tablesConfig.parse({ eventsDays: 7_300, failedEventsDays: 7_300 }),
      },
    );
    await insertFailed(
      link(1),
      link(2),
      link(3, { app_id: 'blog' }),
      link(4),
      whole,
      aFailedEvent({
        failed_id: id(6),
        collector_tstamp: BUILT_AT + 6_000,
        failure_type: 'path_scan',
        replayable: false,
        not_replayable_reason: 'There is no event in it.',
      }),
    );
    await insertEvents(anEnrichedEvent({ event_id: id(104), replay_of: id(4) }));
  });
  afterAll(async () => {
    await clickhouse.command(`DROP DATABASE ${database}`);
    await clickhouse.close();
    rmSync(folder, { recursive: true });
  });

  const ids = async (...argv: readonly string[]): Promise<readonly unknown[]> =>
    (await json('list', ...argv)).map(({ failed_id }) => failed_id);

  it.each<[readonly string[], readonly number[]]>([
    [[], [50, 6, 3, 2, 1]],
    [['--all'], [50, 6, 4, 3, 2, 1]],
    [
      ['--limit', '2'],
      [50, 6],
    ],
    [['--type', 'path_scan'], [6]],
    [['--app', 'blog'], [3]],
    [
      ['--schema', 'iglu:com.snowplowanalytics.snowplow/link_click/*', '--app', 'shop'],
      [2, 1],
    ],
    [['--schema', 'iglu:com%'], []],
    [
      [
        '--since',
        new Date(BUILT_AT + 2_000).toISOString(),
        '--until',
        new Date(BUILT_AT + 6_000).toISOString(),
      ],
      [3, 2],
    ],
    [['--id', id(4)], [4]],
  ])('list %j', async (argv, numbers) => {
    expect(await ids(...argv)).toEqual(numbers.map(id));
  });

  it('reads a failed event back as it was', async () => {
    expect((await new FailedEvents(clickhouse).find(id(50)))?.event).toEqual(whole);
    expect((await new FailedEvents(clickhouse).find(id(1)))?.event).toEqual(link(1));
  });

  it('pages through all of them once, in order', async () => {
    const seen: string[] = [];
    for await (const { event } of new FailedEvents(clickhouse).all({ all: true }, { limit: 5, pageSize: 2 }))
      seen.push(event.failed_id);
    expect(seen).toEqual([1, 2, 3, 4, 6].map(id));
  });

  it('reads large ones a few at a time, and all of them', async () => {
    const large = Array.from({ length: 600 }, (_none, index) =>
      link(1_000 + index, { app_id: 'large', payload: 'x'.repeat(150_000) }),
    );
    for (let at = 0; at < large.length; at += 100) await insertFailed(...large.slice(at, at + 100));
    const events = new FailedEvents(clickhouse);
    const page = await events.page({ app: 'large' }, { limit: 5_000 });
    expect(page.length).toBeGreaterThan(0);
    expect(page.length).toBeLessThan(600);
    const seen: string[] = [];
    for await (const { event } of events.all({ app: 'large' }, { limit: 5_000 })) seen.push(event.failed_id);
    expect(seen).toEqual(large.map(({ failed_id }) => failed_id));
    await clickhouse.command(
      "ALTER TABLE failed_events_stored DELETE WHERE app_id = 'large' SETTINGS mutations_sync = 2",
    );
  });

  it('leaves out what was loaded after a run began', async () => {
    const events = new FailedEvents(clickhouse);
    const [now, page] = [await events.now(), { limit: 100 }];
    expect(await events.page({ all: true }, { ...page, loadedUntil: now })).toHaveLength(6);
    expect(await events.page({ all: true }, { ...page, loadedUntil: now - 86_400_000 })).toHaveLength(0);
  });

  it('lists for people, and says when there are more', async () => {
    const { out, err } = await run('list', '--limit', '3');
    expect(out.split('\n')[0]).toMatch(/^FAILED_ID +RECEIVED \(UTC\) +APP +EVENT +TYPE +STATE +REASON$/);
    expect(out).toContain('link_click');
    expect(err).toBe('3 of 5; --limit shows more.\n');
    expect((await run('list', '--app', 'none')).err).toContain('No unresolved failed events match');
  });

  it('shows everything of one, with causes and what helps', async () => {
    const { code, out } = await run('show', id(1));
    expect(code).toBe(0);
    for (const part of [
      'targetUrl is missing.',
      'Usual causes:',
      'What usually helps:',
      `headwater failed replay --id ${id(1)}`,
      '  aid = shop',
      'unresolved',
    ])
      expect(out).toContain(part);
    expect((await run('show', id(4))).out).toContain(`event ${id(104)} is in the table`);
    expect((await run('show', id(50))).out).toContain('It cannot be replayed: For the test.');
    expect((await json('show', id(1)))[0]).toMatchObject({ failed_id: id(1), about: { replay: 'usually' } });
    expect(await run('show', id(99))).toMatchObject({
      code: 1,
      err: expect.stringContaining(`There is no failed event ${id(99)}`) as unknown,
    });
  });

  it('groups them into problems, and lists the events of one', async () => {
    const problems = await json('problems');
    expect(
      problems.map(({ app_id, failure_type, events, unresolved }) => [
        app_id,
        failure_type,
        events,
        unresolved,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['shop', 'schema_violation', 3, 2],
        ['blog', 'schema_violation', 1, 1],
        ['whole', 'schema_violation', 1, 1],
      ]),
    );
    const shop = problems.find(({ app_id, events }) => app_id === 'shop' && events === 3);
    expect(await ids('--problem', String(shop?.['problem_id']))).toEqual([id(2), id(1)]);
    expect((await json('problems', '--id', id(3))).map(({ app_id }) => app_id)).toEqual(['blog']);
    expect((await run('problems')).out).toContain('targetUrl is missing.');
  });

  it('exports failed events, and as bad rows', async () => {
    const { out } = await run('export', '--format', 'badrows', '--all');
    const rows = out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { schema: string });
    expect(rows.map(({ schema }) => schema.split('/')[1])).toEqual([
      ...Array.from({ length: 4 }, () => 'schema_violations'),
      'adapter_failures',
      'schema_violations',
    ]);
    expect((await run('export', '--app', 'blog')).out).toContain(`"failed_id":"${id(3)}"`);
  });

  const recipe = join(folder, 'recipe.yaml');
  writeFileSync(
    recipe,
    `name: link-target
version: 1
description: targetURL was misspelt.
reviewed_by: jane@test
match: { failure_type: schema_violation, keyword: required }
steps:
  - { op: rename, path: $.unstruct_event.data.targetURL, to: targetUrl }
`,
  );

  it('shows what a recipe would do, before and after, with the verdict', async () => {
    const { code, out, err } = await run('fix', recipe, '--dry-run', '--app', 'shop');
    expect(code).toBe(0);
    expect(out).toContain(
      '  - $.unstruct_event.data.targetURL: "https://a.example/1"\n  + $.unstruct_event.data.targetUrl: "https://a.example/1"\n  verdict: it would be loaded\n',
    );
    expect(err).toMatch(/^2 of 2 repaired events would be loaded\. Nothing was sent\./);
    expect(await json('fix', recipe, '--dry-run', '--id', id(4))).toEqual([
      { failed_id: id(4), refused: 'It is resolved already: the event is in the table.' },
    ]);
  });

  it('says why a repair would not do', async () => {
    const other = join(folder, 'other.json');
    writeFileSync(
      other,
      JSON.stringify({
        name: 'other',
        version: 1,
        description: 'It does not help.',
        reviewed_by: 'jane@test',
        match: { app_id: 'blog' },
        steps: [{ op: 'set', path: '$.parameters.page', value: 'Links' }],
      }),
    );
    expect(await json('fix', other, '--dry-run')).toEqual([
      {
        failed_id: id(3),
        differences: [{ path: '$.parameters.page', after: 'Links' }],
        verdict: 'failed',
        reasons: [expect.stringContaining('targetUrl'), expect.stringContaining('targetURL')],
      },
    ]);
  });

  it('counts what a replay would send, and records that it was asked', async () => {
    const [summary] = await json(
      'replay',
      '--recipe',
      recipe,
      '--dry-run',
      '--all',
      '--operator',
      'jane@desk',
    );
    expect(summary).toMatchObject({
      status: 'finished',
      dryRun: true,
      operator: 'jane@desk',
      selected: 6,
      sent: 3,
      refused: {
        'It is resolved already: the event is in the table.': 1,
        'For the test.': 1,
        'The recipe is not for it.': 1,
      },
    });
    const [recorded] = await json('runs');
    expect(recorded).toEqual({ ...summary, finishedAt: expect.any(Number) as unknown });
    expect(recorded).toMatchObject({
      recipe: { name: 'link-target', version: 1, reviewedBy: 'jane@test' },
      filter: { all: true },
    });
    expect((await run('runs')).out).toContain('finished (dry)');
    expect(await run('replay', '--run', String(summary?.['runId']), '--recipe', recipe)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is finished') as unknown,
    });
  });

  it('goes on with a run only as it began', async () => {
    const runs = new ReplayRuns(clickhouse);
    const begun: ReplayRun = {
      runId: id(70),
      status: 'interrupted',
      startedAt: BUILT_AT,
      finishedAt: null,
      operator: "o'neill@desk",
      program: 'headwater-cli/test',
      filter: { app: 'shop', since: 5, limit: 7 },
      recipe: { name: 'link-target', version: 1, sha256: 'other', reviewedBy: 'x' },
      dryRun: false,
      selected: 2,
      sent: 1,
      refused: { "It's \\ odd.": 1 },
      cursor: { tstamp: BUILT_AT + 1_000, failedId: id(1) },
    };
    await runs.record({ ...begun, selected: 1 });
    await runs.record(begun);
    expect(await runs.find(id(70))).toEqual(begun);
    expect(await run('replay', '--run', id(70), '--recipe', recipe)).toMatchObject({
      code: 2,
      err: expect.stringContaining('began with the recipe link-target@1') as unknown,
    });
    expect((await run('replay', '--run', id(70))).code).toBe(2);
    expect(await run('replay', '--run', id(71))).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no run') as unknown,
    });
  });

  it('says that the tables are missing', async () => {
    const { surroundings, printed } = captured({
      env: { CLICKHOUSE__URL: url, CLICKHOUSE__DATABASE: 'none_of_ours' },
    });
    expect(await runCommandLine(['failed', 'list'], surroundings)).toBe(1);
    expect(printed().err).toContain('Run the job `migrate`');
  });
});
