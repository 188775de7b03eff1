import { countsOf, send, startCollector, TP2, type TestCollector } from './collector.fixture';

jest.setTimeout(20_000);

const COOKIE = 'bbbbbbbb-0000-4000-8000-00000000000b';
const ADDRESS = '81.2.69.142';
let collector: TestCollector;
const start = async (env: Record<string, string> = {}): Promise<TestCollector> =>
  (collector = await startCollector({ COOKIE__ENABLED: 'true', ...env }));
afterEach(async () => {
  if (!collector.writer.drained) await collector.stop();
});

const optOut = { REFUSAL__COOKIE__NAME: 'tracking', REFUSAL__COOKIE__VALUE: 'no|off' };
const both = async (headers: Record<string, string>): Promise<void> => {
  const cookie = [`sp=${COOKIE}`, headers['cookie']].filter(Boolean).join('; ');
  const all = { 'x-forwarded-for': ADDRESS, ...headers, cookie };
  const post = await send(collector, { path: TP2, headers: all, body: `{"data":[{"ip":"${ADDRESS}"}]}` });
  const pixel = await send(collector, { method: 'GET', path: '/i?e=pv', headers: all });
  expect([post.status, post.body.toString()]).toEqual([200, 'ok']);
  expect([pixel.status, pixel.headers['content-type']]).toEqual([200, 'image/gif']);
  cookies = [post.headers['set-cookie'], pixel.headers['set-cookie']];
};
let cookies: readonly (readonly string[] | undefined)[] = [];

describe('a visitor who refuses', () => {
  it.each([
    ['by DNT', { dnt: '1' }, {}, 'do_not_track'],
    ['by Sec-GPC', { 'sec-gpc': '1' }, {}, 'global_privacy_control'],
    ['by the opt-out cookie', { cookie: 'tracking=off' }, optOut, 'opt_out'],
  ])(
    '%s is answered as ever, gets no cookie, leaves nothing, and is counted',
    async (_case, headers, env, reason) => {
      await start(env);
      await both(headers);
      expect(cookies).toEqual([undefined, undefined]);
      await collector.stop();
      expect(collector.writer.records.every(({ topic }) => topic === 'stage-counts')).toBe(true);
      expect(collector.writer.everything).not.toMatch(/81\.2\.69|bbbbbbbb-/);
      expect(countsOf(collector)).toEqual({
        in: 2,
        out: 0,
        failed: {},
        dropped: { [reason]: 2 },
        codes: { 200: 2 },
      });
    },
  );

  it.each([
    ['by DNT', { dnt: '1' }, { REFUSAL__DO_NOT_TRACK: 'anonymise' }],
    ['by Sec-GPC', { 'sec-gpc': '1' }, { REFUSAL__GLOBAL_PRIVACY_CONTROL: 'anonymise' }],
  ])(
    'to be known %s, by policy, leaves an anonymous event and loses the cookie',
    async (_case, headers, env) => {
      await start(env);
      await both(headers);
      const expired = ['sp=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=None'];
      expect(cookies).toEqual([expired, expired]);
      expect(collector.writer.payloads).toHaveLength(2);
      for (const payload of collector.writer.payloads)
        expect(payload).toMatchObject({
          anonymous: true,
          ip_address: null,
          network_userid: '00000000-0000-0000-0000-000000000000',
        });
      expect(collector.writer.everything).not.toMatch(/81\.2\.69|bbbbbbbb-/);
    },
  );

  it.each([
    ['DNT', { dnt: '1' }, { REFUSAL__DO_NOT_TRACK: 'ignore' }],
    ['Sec-GPC', { 'sec-gpc': '1' }, { REFUSAL__GLOBAL_PRIVACY_CONTROL: 'ignore' }],
    ['a cookie with another value', { cookie: 'tracking=yes' }, optOut],
    ['DNT: 0', { dnt: '0' }, {}],
  ])('is not heard where the policy or the value is another: %s', async (_case, headers, env) => {
    await start(env);
    await both(headers);
    expect(collector.writer.payloads.map(({ network_userid }) => network_userid)).toEqual([COOKIE, COOKIE]);
  });

  it('costs no reading: a large body is not waited for', async () => {
    await start();
    const reply = await send(collector, { headers: { dnt: '1' }, body: Buffer.alloc(3_000_000, 'x') });
    expect(reply.status).toBe(200);
    expect(collector.writer.records).toEqual([]);
  });
});

describe('a cookie that is kept', () => {
  it('goes with the payload, and not with that of an anonymous visitor', async () => {
    await start({ COOKIE__KEPT: 'plan,ab_test' });
    const headers = { cookie: 'plan=pro; session=secret; ab_test=81.2.69.142' };
    await send(collector, { headers });
    await send(collector, { headers: { ...headers, 'sp-anonymous': '*' } });
    expect(collector.writer.payloads.map((payload) => payload.cookies)).toEqual([
      { plan: 'pro', ab_test: '[address]' },
      null,
    ]);
    expect(collector.writer.everything).not.toMatch(/secret|81\.2\.69\.142/);
  });
});
