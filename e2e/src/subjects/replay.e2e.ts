import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headwaterCli, type CliOptions, type Ended } from '../cli';
import { eventually, type Headwater, type Row } from '../harness';

const LINK_CLICK = 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1';

export const replay = (installation: () => Headwater): void => {
  describe('failed events are explained, repaired and replayed', () => {
    let headwater: Headwater;
    let folder: string;
    let recipe: string;

    beforeAll(() => {
      headwater = installation();
      folder = mkdtempSync(join(tmpdir(), 'headwater-recipes-'));
      recipe = join(folder, 'link-target.yaml');
      writeFileSync(
        recipe,
        `name: link-target
version: 1
description: The tracker writes targetURL.
reviewed_by: jane@shop.example
match:
  failure_type: schema_violation
  schema: iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-*-*
steps:
  - op: rename
    path: $.unstruct_event.data.targetURL
    to: targetUrl
`,
      );
    });

    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    const failed = (
      args: readonly string[],
      onErr: CliOptions['onErr'] = () => undefined,
      env: NodeJS.ProcessEnv = {},
    ): Promise<Ended> =>
      headwaterCli(headwater, ['failed', ...args], {
        env: { HEADWATER_OPERATOR: 'jane@desk', ...env },
        onErr,
      });
    const lines = (text: string): readonly Row[] =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Row);
    const succeeded = async (...args: readonly string[]): Promise<readonly Row[]> => {
      const { code, out, err } = await failed([...args, '--json']);
      if (code !== 0) throw new Error(err);
      return lines(out);
    };

    /** Sends events whose target is misspelt, and waits until they have failed. */
    const failing = async (
      count: number,
      data: object = { targetURL: 'https://shop.example/pay' },
    ): Promise<{ appId: string; ids: readonly string[] }> => {
      const appId = `replay-${randomUUID().slice(0, 8)}`;
      const ids = Array.from({ length: count }, () => randomUUID());
      const response = await fetch(`${headwater.collectorUrl}/com.snowplowanalytics.snowplow/tp2`, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({
          schema: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4',
          data: ids.map((eid, index) => ({
            e: 'ue',
            p: 'web',
            tv: 'test-1',
            aid: appId,
            eid,
            uid: 'customer-17',
            dtm: String(Date.now() - 60_000 - index),
            stm: String(Date.now()),
            ue_pr: JSON.stringify({
              schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
              data: { schema: LINK_CLICK, data },
            }),
          })),
        }),
      });
      expect(response.status).toBe(200);
      await eventually(
        () => headwater.failedEventsOf(appId),
        (rows) => rows.length === count,
      );
      return { appId, ids };
    };
    const statusesOf = (appId: string): Promise<readonly Row[]> =>
      headwater.query('SELECT * FROM failed_event_status WHERE app_id = {appId:String}', { appId });
    const storedOf = async (appId: string): Promise<number> =>
      Number(
        (
          await headwater.query<{ n: number }>(
            'SELECT count() AS n FROM events_stored WHERE app_id = {appId:String}',
            { appId },
          )
        )[0]?.n,
      );
    const resolved = (appId: string, count: number): Promise<readonly Row[]> =>
      eventually(
        () => statusesOf(appId),
        (rows) => rows.filter((row) => row['resolution'] === 'loaded').length === count,
      );

    it('from the problem to the row, with the times it was sent with', async () => {
      const { appId, ids } = await failing(3);
      const [problem, ...others] = await succeeded('problems', '--app', appId);
      expect(problem).toMatchObject({
        failure_type: 'schema_violation',
        events: 3,
        unresolved: 3,
        replayable_events: 3,
      });
      // One problem is the missing property, the other the unknown one.
      expect(others).toHaveLength(1);
      const listed = await succeeded('list', '--problem', String(problem?.['problem_id']));
      expect(listed.map((row) => row['event_id']).sort()).toEqual([...ids].sort());
      const failedId = String(listed[0]?.['failed_id']);
      const shown = await failed(['show', failedId]);
      expect(shown.out).toContain('targetUrl');
      expect(shown.out).toContain('What usually helps:');

      const dry = await failed(['fix', recipe, '--dry-run', '--app', appId]);
      expect(dry.code).toBe(0);
      expect(
        dry.out.match(
          /\+ \$\.unstruct_event\.data\.targetUrl: "https:\/\/shop\.example\/pay"\n {2}verdict: it would be loaded/g,
        ),
      ).toHaveLength(3);
      expect((await statusesOf(appId)).every((row) => row['resolution'] === '')).toBe(true);

      const before = await headwater.failedEventsOf(appId);
      const replayed = await failed(['fix', recipe, '--app', appId]);
      expect([replayed.code, replayed.out]).toEqual([
        0,
        expect.stringMatching(/3 failed events looked at, 3 sent\./),
      ]);
      const statuses = await resolved(appId, 3);
      const events = await headwater.eventsOf(appId);
      expect([...events.keys()].sort()).toEqual([...ids].sort());
      for (const row of before) {
        const event = events.get(String(row['event_id']));
        expect(event).toMatchObject({
          collector_tstamp: row['collector_tstamp'],
          dvce_created_tstamp: row['dvce_created_tstamp'],
          dvce_sent_tstamp: row['dvce_sent_tstamp'],
          geo_country: row['geo_country'],
          event_fingerprint: row['event_fingerprint'],
          replay_of: row['failed_id'],
          user_id: (row['parameters'] as Record<string, string>)['uid'],
        });
        expect(String(event?.['replay_id'])).toMatch(/^[0-9a-f-]{36}$/);
        expect(event?.['replayed_at']).not.toBeNull();
      }
      expect(statuses.map((row) => row['resolved_by']).sort()).toEqual([...ids].sort());
      expect((await failed(['list', '--app', appId])).err).toContain('No unresolved failed events match');
      expect(await succeeded('problems', '--app', appId)).toEqual([]);
      const [run] = await succeeded('runs', '--limit', '1');
      expect(run).toMatchObject({
        status: 'finished',
        operator: 'jane@desk',
        recipe: { name: 'link-target', version: 1, reviewedBy: 'jane@shop.example' },
        filter: { app: appId },
        sent: 3,
      });
    });

    it('adds nothing when it is run twice, before the first has arrived and after', async () => {
      const { appId } = await failing(5);
      await headwater.pipeline.service('validator').stop();
      for (let time = 0; time < 2; time += 1)
        expect(await succeeded('replay', '--recipe', recipe, '--app', appId)).toMatchObject([
          { status: 'finished', sent: 5 },
        ]);
      await headwater.pipeline.service('validator').start();
      await resolved(appId, 5);
      const [again] = await succeeded('replay', '--recipe', recipe, '--app', appId, '--all');
      expect(again).toMatchObject({
        selected: 5,
        sent: 0,
        refused: { 'It is resolved already: the event is in the table.': 5 },
      });
      // What was sent twice has passed all stages once a later event has.
      const later = await failing(1);
      await succeeded('replay', '--recipe', recipe, '--app', later.appId);
      await resolved(later.appId, 1);
      expect([await storedOf(appId), (await headwater.eventsOf(appId)).size]).toEqual([5, 5]);
      expect(await statusesOf(appId)).toHaveLength(5);
    });

    it('goes on where Ctrl-C stopped it, and sends each event once', async () => {
      const { appId } = await failing(40);
      let isAsked = false;
      const interrupted = await failed(
        ['replay', '--recipe', recipe, '--app', appId, '--rate', '10'],
        (err, interrupt) => {
          if (isAsked || !err.includes('looked at')) return;
          isAsked = true;
          interrupt();
        },
      );
      expect(interrupted.code).toBe(1);
      const command = /headwater failed (replay --run [0-9a-f-]{36} --recipe \S+)/.exec(interrupted.err)?.[1];
      expect(command).toBeDefined();
      const [stopped] = await succeeded('runs', '--limit', '1');
      expect(stopped).toMatchObject({ status: 'interrupted' });
      expect(Number(stopped?.['sent'])).toBeLessThan(40);
      const [finished] = await succeeded(...String(command).split(' '));
      expect(finished).toMatchObject({
        status: 'finished',
        selected: 40,
        sent: 40,
        runId: stopped?.['runId'],
      });
      await resolved(appId, 40);
      expect([await storedOf(appId), (await headwater.eventsOf(appId)).size]).toEqual([40, 40]);
    });

    it('leaves one unresolved that fails again, under its old name or, for another reason, under a new one', async () => {
      const { appId } = await failing(1, { targetURL: 'https://shop.example/pay', elementId: 5 });
      const [first] = await statusesOf(appId);
      // As it was: the same failure, the same failed event, now with the replay that it came from.
      await succeeded('replay', '--app', appId);
      await eventually(
        () => statusesOf(appId),
        ([row]) => row?.['replay_id'] !== '',
      );
      expect((await statusesOf(appId)).map((row) => [row['failed_id'], row['resolution']])).toEqual([
        [first?.['failed_id'], ''],
      ]);
      // Repaired in part: another failure stands for it.
      await succeeded('fix', recipe, '--app', appId);
      const rows = await eventually(
        () => statusesOf(appId),
        (found) => found.length === 2,
      );
      const [old, young] = [...rows].sort(
        (a, b) => String(b['resolution']).length - String(a['resolution']).length,
      );
      expect(old).toMatchObject({
        failed_id: first?.['failed_id'],
        resolution: 'failed_again',
        resolved_by: young?.['failed_id'],
      });
      expect(young).toMatchObject({
        resolution: '',
        replay_of: first?.['failed_id'],
        collector_tstamp: first?.['collector_tstamp'],
      });
      expect((await headwater.eventsOf(appId)).size).toBe(0);
    });

    it('says what is missing when Kafka is not there, and how to go on', async () => {
      const { appId } = await failing(1);
      const { code, err } = await failed(['replay', '--app', appId], undefined, {
        KAFKA__BROKERS: '127.0.0.1:9',
      });
      expect([code, err]).toEqual([1, expect.stringContaining('127.0.0.1:9')]);
    });
  });
};
