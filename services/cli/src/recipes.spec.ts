import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { EnrichedEvent, FailedEvent } from '@headwater/contracts';
import { aCollectorPayload, aTrackerEvent, BUILT_AT, tp2Body } from '@headwater/testing';
import type { Recipe } from '@headwater/recovery';
import { markedPlacesFrom } from './judging';
import { readRecipe } from './reading/recipe-file';
import { aJudge, failuresOf } from './testing/a-judge';
import { prepareReplay, type Prepared } from './writing/run-replays';

const folder = resolve(__dirname, '../../../docs/recipes');
const recipe = (name: string): Recipe => readRecipe(join(folder, `${name}.yaml`));
const DAY = 86_400_000;
const EID = '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10';
const SNOWPLOW = 'iglu:com.snowplowanalytics.snowplow';
const unstruct = (schema: string, data: object): string =>
  JSON.stringify({ schema: `${SNOWPLOW}/unstruct_event/jsonschema/1-0-0`, data: { schema, data } });
const contexts = (...data: readonly object[]): string =>
  JSON.stringify({ schema: `${SNOWPLOW}/contexts/jsonschema/1-0-1`, data });

/** Recovery as it happens: an event fails in enricher or validator, a recipe of the docs repairs it, and the same two judge it again. */
describe('recovery', () => {
  const open = aJudge();
  const markedPlacesOf = markedPlacesFrom({});
  afterAll(() => open.close());

  const failed = async (known: Parameters<typeof aCollectorPayload>[0]): Promise<FailedEvent> => {
    const [event, ...others] = await failuresOf(open, aCollectorPayload(known));
    if (!event || others.length > 0) throw new Error(`${others.length + (event ? 1 : 0)} events failed.`);
    return event;
  };
  const sending = (event: Readonly<Record<string, unknown>>) =>
    failed({ body: tp2Body(aTrackerEvent(event)) });
  const prepared = (event: FailedEvent, by: Recipe | null): Prepared =>
    prepareReplay(
      { event, resolution: '', resolved_by: null, resolved_at: null },
      { recipe: by, markedPlacesOf, runId: EID, replayedAt: BUILT_AT + DAY },
    );
  const recovered = async (event: FailedEvent, by: Recipe | null): Promise<EnrichedEvent> => {
    const replay = prepared(event, by);
    if (replay.kind === 'refused') throw new Error(replay.reason);
    const verdict = await open.judge.replay(replay.replay);
    if (verdict.kind !== 'ok') throw new Error(JSON.stringify(verdict));
    return verdict.value;
  };
  const dataOf = (event: EnrichedEvent): unknown => JSON.parse(event.unstruct_event?.data ?? 'null');

  it('knows a test for every recipe of the docs', () => {
    expect(
      readdirSync(folder)
        .filter((file) => file.endsWith('.yaml'))
        .sort(),
    ).toEqual([
      'malformed-query-string.yaml',
      'misspelt-vendor.yaml',
      'number-as-text.yaml',
      'uuid-in-braces.yaml',
      'wrong-schema-version.yaml',
    ]);
  });

  it('wrong vendor in the path: the event is replayed as it was', async () => {
    const event = await failed({
      path: '/com.snowplow.snowplow/tp2',
      body: tp2Body(
        aTrackerEvent({ page: 'Cart', dtm: String(BUILT_AT - 1_000), stm: String(BUILT_AT - 500) }),
      ),
    });
    expect(event.failure_type).toBe('adapter_failure');
    expect(await recovered(event, null)).toMatchObject({
      event_id: EID,
      page_title: 'Cart',
      collector_tstamp: BUILT_AT,
      dvce_created_tstamp: BUILT_AT - 1_000,
      replay_of: event.failed_id,
      replayed_at: BUILT_AT + DAY,
    });
  });

  it('wrong vendor in the schema', async () => {
    const event = await sending({
      e: 'ue',
      ue_pr: unstruct('iglu:com.snowplow/site_search/jsonschema/1-0-0', { terms: ['kettle'] }),
    });
    expect(event.failures).toMatchObject([{ keyword: 'schema' }]);
    const good = await recovered(event, recipe('misspelt-vendor'));
    expect(good).toMatchObject({ event_vendor: 'com.snowplowanalytics.snowplow', event_name: 'site_search' });
    expect(dataOf(good)).toEqual({ terms: ['kettle'] });
  });

  it('bad schema version', async () => {
    const event = await sending({
      e: 'ue',
      ue_pr: unstruct(`${SNOWPLOW}/link_click/jsonschema/1-0-9`, { targetURL: 'https://shop.example/pay' }),
    });
    const good = await recovered(event, recipe('wrong-schema-version'));
    expect(good.event_version).toBe('1-0-1');
    expect(dataOf(good)).toEqual({ targetUrl: 'https://shop.example/pay' });
  });

  it('bad UUID in a context', async () => {
    const event = await sending({
      co: contexts({
        schema: `${SNOWPLOW}/web_page/jsonschema/1-0-0`,
        data: { id: '{7F9AE3AD-5f6f-4f0a-a8a3-1f0b5f0c9a10}' },
      }),
    });
    expect(event.failures).toMatchObject([{ path: '/id', keyword: 'pattern' }]);
    const good = await recovered(event, recipe('uuid-in-braces'));
    expect(JSON.parse(good.contexts?.[0]?.data ?? '')).toEqual({
      id: '7F9AE3AD-5f6f-4f0a-a8a3-1f0b5f0c9a10',
    });
  });

  it('bad UUID of the event: it is replayed under the id that it was given when it failed', async () => {
    const event = await sending({ eid: 'not-a-uuid' });
    expect(event.failures).toMatchObject([{ field: 'eid' }]);
    expect((await recovered(event, null)).event_id).toBe(event.event_id);
  });

  it('malformed query string', async () => {
    const event = await failed({
      method: 'GET',
      path: '/i',
      body: null,
      content_type: null,
      querystring: `e=pv&p=web?tv=no-js-0.1.0&aid=shop&page=News&eid=${EID}`,
    });
    expect(await recovered(event, recipe('malformed-query-string'))).toMatchObject({
      platform: 'web',
      v_tracker: 'no-js-0.1.0',
      app_id: 'shop',
      page_title: 'News',
      event_id: EID,
    });
  });

  it('number as text', async () => {
    const event = await sending({
      e: 'ue',
      ue_pr: unstruct(`${SNOWPLOW}/site_search/jsonschema/1-0-0`, { terms: ['kettle'], totalResults: '12' }),
    });
    expect(dataOf(await recovered(event, recipe('number-as-text')))).toEqual({
      terms: ['kettle'],
      totalResults: 12,
    });
  });

  it('leaves events alone that a recipe is not for', async () => {
    const event = await sending({ res: 'wide' });
    expect(prepared(event, recipe('number-as-text'))).toEqual({
      kind: 'refused',
      reason: 'The recipe is not for it.',
    });
  });

  it('sends the same replay under the same id, and another recipe under another', async () => {
    const event = await sending({ eid: 'not-a-uuid' });
    const ids = [null, null, recipe('malformed-query-string')].map((by) => {
      const replay = prepared(
        {
          ...event,
          failures: [{ ...event.failures![0]!, field: 'p' }],
          parameters: { ...event.parameters, p: 'web?' },
        },
        by,
      );
      return replay.kind === 'replay' ? replay.replay.replay_id : replay.reason;
    });
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(ids[2]).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('recovery keeps identifiers pseudonymous', () => {
  const open = aJudge();
  const markedPlacesOf = markedPlacesFrom({});
  afterAll(() => open.close());
  const USER = 'iglu:com.snowplowanalytics.snowplow.ecommerce/user/jsonschema/1-0-0';

  const prepareWith = (event: FailedEvent, by: Recipe | null): Prepared =>
    prepareReplay(
      { event, resolution: '', resolved_by: null, resolved_at: null },
      { recipe: by, markedPlacesOf, runId: EID, replayedAt: BUILT_AT },
    );
  const withUser = async (schema: string, data: object): Promise<FailedEvent> => {
    const payload = aCollectorPayload({
      body: tp2Body(aTrackerEvent({ uid: 'jane', res: 'wide', co: contexts({ schema, data }) })),
    });
    const [event] = await failuresOf(open, payload);
    if (!event) throw new Error('Nothing failed.');
    return event;
  };

  it('of data whose schema was unknown when it failed and marks an identifier now', async () => {
    const event = await withUser('iglu:com.acme/none/jsonschema/1-0-0', { id: 'jane@example.org' });
    // The schema is published meanwhile: here, by giving the data the name of one that is.
    const known = {
      ...event,
      parameters: {
        ...event.parameters,
        res: '1x1',
        co: (event.parameters?.['co'] ?? '').replace('iglu:com.acme/none/jsonschema/1-0-0', USER),
      },
    };
    const replay = prepareWith(known, null);
    if (replay.kind === 'refused') throw new Error(replay.reason);
    expect(replay.replay.unpseudonymised).toEqual(['contexts/0']);
    const verdict = await open.judge.replay(replay.replay);
    expect(verdict.kind).toBe('ok');
    expect(JSON.stringify(verdict)).not.toContain('jane');
  });

  it('and makes no pseudonym of one that took the place of a UUID', async () => {
    const event = await withUser('iglu:com.snowplowanalytics.snowplow/client_session/jsonschema/1-0-1', {
      userId: '7f9ae3ad-5f6f-4f0a-a8a3-1f0b5f0c9a10',
      sessionId: '8f9ae3ad-5f6f-4f0a-a8a3-1f0b5f0c9a10',
      sessionIndex: 1,
      previousSessionId: null,
      storageMechanism: 'LOCAL_STORAGE',
    });
    const replay = prepareWith({ ...event, parameters: { ...event.parameters, res: '1x1' } }, null);
    expect(replay).toMatchObject({ kind: 'replay', replay: { unpseudonymised: null } });
  });

  it('and makes no pseudonym of a pseudonym', async () => {
    const event = await withUser(USER, { id: 'jane@example.org' });
    const replay = prepareWith({ ...event, parameters: { ...event.parameters, res: '1x1' } }, null);
    if (replay.kind === 'refused') throw new Error(replay.reason);
    expect(replay.replay.unpseudonymised).toBeNull();
    const verdict = await open.judge.replay(replay.replay);
    if (verdict.kind !== 'ok') throw new Error(JSON.stringify(verdict));
    const sent = JSON.parse(event.parameters?.['co'] ?? '') as { data: { data: { id: string } }[] };
    expect(JSON.parse(verdict.value.contexts?.[0]?.data ?? '')).toEqual({ id: sent.data[0]?.data.id });
    expect(verdict.value.user_id).toBe(event.parameters?.['uid']);
  });
});
