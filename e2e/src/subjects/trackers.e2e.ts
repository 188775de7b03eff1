import { randomUUID } from 'node:crypto';
import {
  buildPageView,
  buildSelfDescribingEvent,
  buildStructEvent,
  newTracker,
} from '@snowplow/node-tracker';
import { withTrackedPage } from '../browser';
import { eventually, type Headwater, type Row } from '../harness';
import { python } from '../python';

/** Addresses that visitors and trackers name; none may be found anywhere but, truncated, in collector-payloads. */
const CANARIES = ['81.2.69.142', '203.0.113.77', '2001:db8:85a3::8a2e:370:7334'];
/** Sent where no address belongs: the collector does not look there, but no failed event may quote it. */
const MISPLACED = '198.51.100.23';
const LINK_CLICK = 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1';

/** @param installation one whose collector stands behind one proxy */
export const trackers = (installation: () => Headwater): void => {
  describe('real trackers, end to end', () => {
    let headwater: Headwater;

    beforeAll(() => {
      headwater = installation();
    });

    const post = (
      data: readonly object[],
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Response> =>
      fetch(`${headwater.collectorUrl}/com.snowplowanalytics.snowplow/tp2`, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
        body: JSON.stringify({
          schema: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4',
          data,
        }),
      });

    it('finds every event of the Node tracker once, with the fields it was sent with', async () => {
      const appId = `node-${randomUUID().slice(0, 8)}`;
      const tracker = newTracker(
        { namespace: 'nt', appId, encodeBase64: true },
        { endpoint: headwater.collectorUrl, eventMethod: 'post', bufferSize: 2 },
      );
      tracker.setPlatform('web');
      tracker.setUseragent('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0');
      tracker.setScreenResolution('1920', '1080');
      tracker.setIpAddress(CANARIES[0]!);
      tracker.setUserId('customer-17');
      const ids = [
        tracker.track(
          buildPageView({
            pageUrl: 'https://shop.example/cart?utm_source=mail&secret=1',
            pageTitle: 'Cart',
            referrer: 'https://search.example/find',
          }),
        ),
        tracker.track(
          buildStructEvent({ category: 'cart', action: 'add', label: 'kettle', property: 'red', value: 2.5 }),
        ),
        tracker.track(
          buildSelfDescribingEvent({
            event: { schema: LINK_CLICK, data: { targetUrl: 'https://shop.example/pay', elementId: 'pay' } },
          }),
          [
            {
              schema: 'iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0',
              data: { id: '7f9ae3ad-5f6f-4f0a-a8a3-1f0b5f0c9a10' },
            },
          ],
        ),
        tracker.track(
          buildSelfDescribingEvent({ event: { schema: LINK_CLICK, data: { elementId: 'no-target' } } }),
        ),
      ].map((payload) => String(payload?.['eid']));
      await tracker.flush();

      const events = await eventually(
        () => headwater.eventsOf(appId),
        (found) => found.size >= 3,
      );
      expect([...events.keys()].sort()).toEqual(ids.slice(0, 3).sort());
      expect(events.get(ids[0]!)).toMatchObject({
        event: 'page_view',
        event_name: 'page_view',
        platform: 'web',
        name_tracker: 'nt',
        page_title: 'Cart',
        page_urlhost: 'shop.example',
        page_urlpath: '/cart',
        page_urlquery: 'utm_source=mail',
        mkt_source: 'mail',
        refr_urlhost: 'search.example',
        br_family: 'Firefox',
        os_family: 'Linux',
        dvce_screenwidth: 1920,
        geo_country: 'GB',
        is_bot: false,
      });
      expect(String(events.get(ids[0]!)?.['user_id'])).toMatch(/^[0-9a-f]{32}$/);
      expect(events.get(ids[1]!)).toMatchObject({
        event: 'struct',
        se_category: 'cart',
        se_action: 'add',
        se_label: 'kettle',
        se_property: 'red',
        se_value: 2.5,
      });

      const failed = await eventually(
        () => headwater.failedEventsOf(appId),
        (rows) => rows.length >= 1,
      );
      expect(failed.map((row) => [row['event_id'], row['failure_type'], row['stage']])).toEqual([
        [ids[3], 'schema_violation', 'validator'],
      ]);
      expect(JSON.stringify(failed[0])).toContain('targetUrl');
    });

    it('finds every event of the browser tracker in a real browser', async () => {
      const appId = `browser-${randomUUID().slice(0, 8)}`;
      const asked = new Set<string>();
      await withTrackedPage(headwater.collectorUrl, appId, async (page) => {
        page.on('request', (request) => {
          if (request.method() !== 'POST') return;
          const body = JSON.parse(request.postData() ?? '{"data":[]}') as { data: { eid: string }[] };
          for (const { eid } of body.data) asked.add(eid);
        });
        await page.reload();
        await page.click('#link');
        await page.click('#button');
        await page.click('#broken');
        await page.fill('#field', 'a value');
        await page.click('#submit');
        await page.waitForTimeout(1500);
      });
      expect(asked.size).toBeGreaterThanOrEqual(6);
      const events = await eventually(
        () => headwater.eventsOf(appId),
        (found) => [...asked].every((id) => found.has(id)),
      );
      expect(await headwater.failedEventsOf(appId)).toEqual([]);
      const names = new Set([...events.values()].map((row) => row['event_name']));
      expect([...names]).toEqual(
        expect.arrayContaining([
          'page_view',
          'event',
          'site_search',
          'link_click',
          'button_click',
          'focus_form',
          'change_form',
          'submit_form',
          'application_error',
        ]),
      );
      const view = [...events.values()].find((row) => row['event'] === 'page_view');
      expect(view).toMatchObject({
        platform: 'web',
        br_family: 'Chrome Headless',
        mkt_source: 'mail',
        mkt_campaign: 'autumn',
        page_title: 'Tracked page',
      });
      for (const context of [
        'web_page',
        'client_session',
        'http_client_hints',
        'browser_context',
        'PerformanceNavigationTiming',
      ])
        expect([context, JSON.stringify(view?.['contexts'])]).toEqual([
          context,
          expect.stringContaining(context),
        ]);
    });

    it('finds every event of the Python tracker, once', async () => {
      const appId = `python-${randomUUID().slice(0, 8)}`;
      const { ids, failures } = JSON.parse(await python('track.py', headwater.collectorUrl, appId)) as {
        ids: Record<string, string>;
        failures: number[];
      };
      expect(failures).toEqual([]);
      const events = await eventually(
        () => headwater.eventsOf(appId),
        (found) => found.size >= 3,
      );
      expect([...events.keys()].sort()).toEqual([ids['page_view'], ids['event'], ids['link_click']].sort());
      expect(events.get(ids['event']!)).toMatchObject({
        platform: 'srv',
        se_value: 2.5,
        se_property: 'red',
        name_tracker: 'py',
      });
      const failed = await eventually(
        () => headwater.failedEventsOf(appId),
        (rows) => rows.length >= 1,
      );
      expect(failed.map((row) => row['event_id'])).toEqual([ids['bad']]);
    });

    it("takes what GitLab's browser SDK sends, preflight included", async () => {
      const appId = `gitlab-browser-${randomUUID().slice(0, 8)}`;
      await withTrackedPage(headwater.collectorUrl, appId, (page) => page.waitForTimeout(2000), 'gitlab.ts');
      const events = await eventually(
        () => headwater.eventsOf(appId),
        (found) => found.size >= 3,
      );
      expect(await headwater.failedEventsOf(appId)).toEqual([]);
      expect([...events.values()].map((row) => row['event_name'])).toEqual(
        expect.arrayContaining(['page_view', 'custom_event']),
      );
      const custom = [...events.values()].find((row) => JSON.stringify(row).includes('purchased'));
      expect(JSON.stringify(custom)).toContain('user_context');
      expect(JSON.stringify(custom)).not.toContain('Jane');
    });

    it("takes what GitLab's Python SDK sends", async () => {
      const appId = `gitlab-python-${randomUUID().slice(0, 8)}`;
      await python('gitlab_track.py', headwater.collectorUrl, appId);
      const events = await eventually(
        () => headwater.eventsOf(appId),
        (found) => found.size >= 2,
      );
      expect(await headwater.failedEventsOf(appId)).toEqual([]);
      expect(new Set([...events.values()].map((row) => row['event_name']))).toEqual(
        new Set(['custom_event']),
      );
    });

    it('takes four good ones and one bad one out of a batch of five', async () => {
      const appId = `batch-${randomUUID().slice(0, 8)}`;
      const events = Array.from({ length: 5 }, (_, index) => ({
        e: 'pv',
        p: index === 2 ? 'toaster' : 'web',
        tv: 'test-1',
        aid: appId,
        eid: randomUUID(),
        url: 'https://shop.example/',
      }));
      const answer = await post(events);
      expect([answer.status, await answer.text()]).toEqual([200, 'ok']);
      const good = await eventually(
        () => headwater.eventsOf(appId),
        (found) => found.size >= 4,
      );
      const bad = await eventually(
        () => headwater.failedEventsOf(appId),
        (rows) => rows.length >= 1,
      );
      expect([good.size, bad.length]).toEqual([4, 1]);
      expect(bad[0]).toMatchObject({ stage: 'enricher', failure_type: 'tracker_protocol_violation' });
    });

    it('keeps one of two copies, and both of two different events under one id', async () => {
      const appId = `copies-${randomUUID().slice(0, 8)}`;
      const copy = {
        e: 'se',
        p: 'web',
        tv: 'test-1',
        aid: appId,
        eid: randomUUID(),
        se_ca: 'a',
        se_ac: 'first',
      };
      await post([copy]);
      await post([copy]);
      await post([{ ...copy, se_ac: 'second' }]);
      await post([{ ...copy, se_ac: 'second' }]);
      const events = await eventually(
        () => headwater.eventsOf(appId),
        (found) => found.size >= 2,
      );
      expect([...events.values()].map((row) => row['se_action']).sort()).toEqual(['first', 'second']);
      // Payloads have no key, so either may be read first: that one keeps the id, the other gets one of its own and notes it.
      const renamed = [...events.values()].find((row) => row['duplicate_of'] === copy.eid);
      const kept = [...events.values()].find((row) => row !== renamed);
      expect(kept).toMatchObject({ event_id: copy.eid, duplicate_of: '' });
      expect(renamed).toMatchObject({ duplicate_of: copy.eid });
      expect(renamed?.['event_id']).not.toBe(copy.eid);
    });

    it('answers a GET with a pixel, and takes its event', async () => {
      const appId = `pixel-${randomUUID().slice(0, 8)}`;
      const answer = await fetch(
        `${headwater.collectorUrl}/i?e=pv&p=web&tv=test-1&aid=${appId}&url=${encodeURIComponent('https://shop.example/get')}`,
      );
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/gif']);
      expect((await answer.arrayBuffer()).byteLength).toBe(43);
      const events = await eventually(
        () => headwater.eventsOf(appId),
        (found) => found.size >= 1,
      );
      expect([...events.values()][0]).toMatchObject({ event: 'page_view', page_urlpath: '/get' });
    });

    it('lets self-describing data be queried as JSON', async () => {
      const rows = await headwater.query<Row>(
        "SELECT JSONExtractString(unstruct_event.data, 'targetUrl') AS target FROM events WHERE event_name = 'link_click' AND target = 'https://shop.example/pay' LIMIT 1",
      );
      expect(rows).toEqual([{ target: 'https://shop.example/pay' }]);
    });

    it('can be read by a consumer that follows only the contract page', async () => {
      const appId = `contract-${randomUUID().slice(0, 8)}`;
      const eid = randomUUID();
      await post([
        { e: 'pv', p: 'web', tv: 'test-1', aid: appId, eid, url: 'https://shop.example/contract' },
      ]);
      await eventually(
        () => headwater.eventsOf(appId),
        (found) => found.size >= 1,
      );
      const { brokers, registryUrl } = headwater.endpoints;
      const lines = (await python('read_topic.py', brokers, registryUrl, 'valid-events')).trim().split('\n');
      const records = lines.map((line) => JSON.parse(line) as { key: string; value: Row });
      const mine = records.filter(({ value }) => value['app_id'] === appId);
      expect(mine.map(({ key, value }) => [key, value['event_id'], value['page_urlpath']])).toEqual([
        [`${appId}\u001f${eid}`, eid, '/contract'],
      ]);
    });

    it('writes no visitor address anywhere but, truncated, in collector-payloads', async () => {
      const appId = `privacy-${randomUUID().slice(0, 8)}`;
      const event = { e: 'pv', p: 'web', tv: 'test-1', aid: appId, url: 'https://shop.example/' };
      await post([{ ...event, eid: randomUUID(), ip: CANARIES[0] }], { 'x-forwarded-for': CANARIES[1]! });
      await post([{ ...event, eid: randomUUID(), ip: CANARIES[2] }], { 'x-forwarded-for': CANARIES[2]! });
      await post([{ ...event, eid: randomUUID(), ip: CANARIES[0] }], {
        'x-forwarded-for': CANARIES[1]!,
        'SP-Anonymous': '*',
      });
      // Bad in each stage: not JSON, not the protocol, not the schema.
      const url = `${headwater.collectorUrl}/com.snowplowanalytics.snowplow/tp2`;
      await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"data":[{"ip":"${CANARIES[0]!}", "aid":"${appId}"`,
      });
      await post([{ ...event, p: MISPLACED, eid: randomUUID(), ip: CANARIES[2] }]);
      await fetch(`${headwater.collectorUrl}/i?e=pv&p=web&tv=t&aid=${appId}&%69p=${CANARIES[1]!}`);
      await eventually(
        () => headwater.eventsOf(appId),
        (found) => found.size >= 4,
      );
      await eventually(
        () => headwater.failedEventsOf(appId),
        (rows) => rows.length >= 1,
      );

      // The truncated network is kept for the country, and what a tracker put elsewhere as it came: in the one topic that may hold it.
      const keptInPayloads = ['203.0.113.0', MISPLACED];
      const report = JSON.parse(
        await python('find_in_topics.py', headwater.endpoints.brokers, ...CANARIES, ...keptInPayloads),
      ) as Record<string, { records: number; hits: Record<string, number> }>;
      expect(Object.keys(report)).toEqual(
        expect.arrayContaining([
          'collector-payloads',
          'enriched-events',
          'valid-events',
          'failed-events',
          'replays',
          'stage-counts',
          'quality-alerts',
        ]),
      );
      const topicsWith = (needle: string): readonly string[] =>
        Object.keys(report).filter((topic) => report[topic]?.hits[needle] !== 0);
      for (const canary of CANARIES) expect([canary, topicsWith(canary)]).toEqual([canary, []]);
      for (const kept of keptInPayloads)
        expect([kept, topicsWith(kept)]).toEqual([kept, ['collector-payloads']]);
      expect(report['collector-payloads']?.records).toBeGreaterThan(10);

      const tables = await headwater.query<{ name: string }>(
        "SELECT name FROM system.tables WHERE database = 'headwater'",
      );
      for (const { name } of tables) {
        const rows = await headwater.clickhouse.query({
          query: `SELECT * FROM headwater.\`${name}\``,
          format: 'JSONEachRow',
        });
        const text = await rows.text();
        const hits = [...CANARIES, MISPLACED].filter((canary) => text.includes(canary));
        expect([name, hits]).toEqual([name, []]);
      }
      expect(tables.length).toBeGreaterThan(4);
      for (const canary of [...CANARIES, MISPLACED]) expect(headwater.logs()).not.toContain(canary);
    });

    it('says that it is well, and accounts for every event', async () => {
      for (const service of headwater.pipeline.services.values())
        expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
      const balance = await eventually(
        () =>
          headwater.query<{ stage: string; balance: number }>(
            `SELECT toString(stage) AS stage, toInt32(sum(in_count) - sum(out_count) - sum(arraySum(mapValues(failed))) - sum(arraySum(mapValues(dropped)))) AS balance
           FROM stage_counts WHERE series = 'total' GROUP BY stage ORDER BY stage`,
          ),
        (rows) => rows.length === 4,
      );
      expect(balance.map(({ balance: difference }) => difference)).toEqual([0, 0, 0, 0]);
    });
  });
};
