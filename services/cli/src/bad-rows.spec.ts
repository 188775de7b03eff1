import { badRowOf } from '@headwater/recovery';
import { failure } from '@headwater/stage';
import { aCollectorPayload, aFailedEvent, aTrackerEvent, tp2Body } from '@headwater/testing';
import { aJudge, failuresOf } from './testing/a-judge';
import { LINK_CLICK, unstruct, withUnstruct } from './testing/unstruct';

describe('a bad row of what a stage really fails', () => {
  const open = aJudge();
  afterAll(() => open.close());

  it('tells by its case which schema was missing and which data did not meet it', async () => {
    const messages = async (ue_pr: string): Promise<unknown> => {
      const [event] = await failuresOf(open, aCollectorPayload({ body: withUnstruct(ue_pr) }));
      return (badRowOf(event ?? aFailedEvent()).data['failure'] as { messages: unknown }).messages;
    };
    expect(await messages(unstruct('iglu:com.acme/none/jsonschema/1-0-0', {}))).toMatchObject([
      {
        schemaKey: 'iglu:com.acme/none/jsonschema/1-0-0',
        error: { error: 'ResolutionError', lookupHistory: [{ errors: [{ error: 'NotFound' }] }] },
      },
    ]);
    expect(await messages(unstruct(LINK_CLICK, { targetUrl: 1, elementClasses: ['a', 2] }))).toMatchObject([
      {
        schemaKey: LINK_CLICK,
        error: {
          error: 'ValidationError',
          dataReports: [
            { path: '$.targetUrl', keyword: 'type' },
            { path: '$.elementClasses[1]', keyword: 'type' },
          ],
        },
      },
    ]);
    expect(await messages(unstruct('com.acme/none', {}))).toMatchObject([
      { error: expect.stringMatching(/^INVALID_/) as unknown },
    ]);
  });

  it('carries the whole event, so that their recovery can work on it', async () => {
    const sent = aTrackerEvent({
      e: 'ue',
      res: 'wide',
      url: 'https://shop.example/cart',
      ue_pr: unstruct(LINK_CLICK, { targetUrl: 'https://a.example/' }),
    });
    const [event] = await failuresOf(open, aCollectorPayload({ body: tp2Body(sent) }));
    const { payload } = badRowOf(event ?? aFailedEvent()).data as {
      payload: { vendor: string; version: string; body: string };
    };
    expect([payload.vendor, payload.version]).toEqual(['com.snowplowanalytics.snowplow', 'tp2']);
    const body = JSON.parse(payload.body) as { schema: string; data: Record<string, string>[] };
    expect(body.schema).toBe('iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4');
    expect(body.data[0]).toMatchObject({
      e: 'ue',
      res: 'wide',
      url: 'https://shop.example/cart',
      eid: sent['eid'],
    });
    expect(body.data[0]?.['ue_pr']).toContain('"targetUrl":"https://a.example/"');
  });

  it('shows no address and no clear id', async () => {
    const secrets = { uid: 'jane@example.org', ip: '203.0.113.77', page: 'from 203.0.113.78' };
    const payload = aCollectorPayload({
      ip_address: '203.0.113.0',
      network_userid: '7f9ae3ad-5f6f-4f0a-a8a3-1f0b5f0c9a10',
      body: tp2Body(
        aTrackerEvent({ ...secrets, res: 'wide' }),
        aTrackerEvent({ ...secrets, e: 'ue', ue_pr: unstruct(LINK_CLICK, {}) }),
      ),
    });
    const rows = JSON.stringify((await failuresOf(open, payload)).map(badRowOf));
    expect(rows).toContain('schema_violations');
    expect(rows).not.toMatch(/jane|203\.0\.113|7f9ae3ad/);
  });
});

it('says how large a request was', () => {
  const event = aFailedEvent({
    failure_type: 'size_violation',
    failures: [
      failure('size_violation', 'Too large.', { value: '1500001', expectation: 'at most 1000000 bytes' }),
    ],
  });
  expect(badRowOf(event).data['failure']).toMatchObject({
    actualSizeBytes: 1_500_001,
    maximumAllowedSizeBytes: 1_000_000,
  });
});
