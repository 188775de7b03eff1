import { TestSandbox } from './sandbox';

const COOKIE = '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10';
const OTHER = '7f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a11';
const NOBODY = '00000000-0000-0000-0000-000000000000';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await TestSandbox.start({
    COOKIE__ENABLED: 'true',
    COOKIE__DOMAINS: 'shop.example,other.example',
    COOKIE__FALLBACK_DOMAIN: 'fallback.example',
    COOKIE__CLIENT_NAME: 'sp_readable',
    ADDRESS__TRUSTED_PROXIES: '1',
  });
});
afterAll(() => sandbox.stop());

const cookiesOf = ({ headers }: { readonly headers: Headers }): readonly string[] => headers.getSetCookie();

describe('§2 the cookie', () => {
  it('is set for a visitor who has none: a UUID for 365 days, for scripts to keep away from', async () => {
    const [cookie] = cookiesOf(await sandbox.send({}));
    expect(cookie).toMatch(/^sp=[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12};/);
    for (const attribute of ['Max-Age=31536000', 'Path=/', 'Secure', 'HttpOnly', 'SameSite=None'])
      expect(cookie).toContain(attribute);
  });

  it('is kept', async () => {
    const [cookie] = cookiesOf(await sandbox.send({}, { cookie: `sp=${COOKIE}` }));
    expect(cookie).toContain(`sp=${COOKIE};`);
  });

  it('has a second one beside it that scripts may read, where one is named', async () => {
    const [, readable] = cookiesOf(await sandbox.send({}, { cookie: `sp=${COOKIE}` }));
    expect(readable).toContain(`sp_readable=${COOKIE};`);
    expect(readable).not.toContain('HttpOnly');
  });

  it.each([
    ['https://shop.example', 'shop.example'],
    ['https://www.shop.example', 'shop.example'],
    ['https://a.b.other.example:8443', 'other.example'],
    ['https://elsewhere.example', 'fallback.example'],
    ['https://notshop.example', 'fallback.example'],
  ])('of a page at %s is for %s', async (origin, domain) => {
    const [cookie] = cookiesOf(await sandbox.send({}, { origin }));
    expect(cookie).toContain(`Domain=${domain}`);
  });

  it('is the network_userid, as a pseudonym', async () => {
    const { good } = await sandbox.send({}, { cookie: `sp=${COOKIE}` });
    const byParameter = await sandbox.good({ tnuid: COOKIE });
    expect(good[0]?.['network_userid']).toBe(byParameter['network_userid']);
    expect(JSON.stringify(good)).not.toContain(COOKIE);
  });

  it('gives way to nuid in the query string', async () => {
    const { headers } = await sandbox.ask({
      method: 'GET',
      path: '/i',
      query: { e: 'pv', p: 'web', tv: 't', nuid: OTHER },
      headers: { cookie: `sp=${COOKIE}` },
    });
    expect(headers.getSetCookie()[0]).toContain(`sp=${OTHER};`);
  });

  it.each(['not-a-uuid', '<script>', `${COOKIE}; Domain=evil`])(
    'that holds %s is not believed',
    async (value) => {
      const [cookie] = cookiesOf(await sandbox.send({}, { cookie: `sp=${value}` }));
      expect(cookie).not.toContain('<script>');
      expect(cookie).toMatch(/^sp=[0-9a-f-]{36};/);
    },
  );
});

describe('§2 SP-Anonymous', () => {
  const anonymous = { 'sp-anonymous': '*' };

  it.each(['*', '1', 'anything'])('%s: no cookie is set, no id is kept', async (value) => {
    const outcome = await sandbox.send({}, { 'sp-anonymous': value });
    expect(cookiesOf(outcome)).toEqual([]);
    expect(outcome.good[0]?.['network_userid']).toBeNull();
  });

  it('makes the browser forget a cookie that it has', async () => {
    const [cookie] = cookiesOf(await sandbox.send({}, { ...anonymous, cookie: `sp=${COOKIE}` }));
    expect(cookie).toMatch(/^sp=;/);
    expect(cookie).toContain('Max-Age=0');
  });

  it('leaves no country, whatever the headers say', async () => {
    const { good } = await sandbox.send({}, { ...anonymous, 'x-forwarded-for': '81.2.69.142' });
    expect(good[0]?.['geo_country']).toBe('ZZ');
  });

  it('leaves no country, whatever the tracker says', async () => {
    const { good } = await sandbox.send({ ip: '81.2.69.142' }, anonymous);
    expect(good[0]?.['geo_country']).toBe('ZZ');
  });

  it('never stores the id that stands for nobody', async () => {
    const { good } = await sandbox.send({}, anonymous);
    expect(JSON.stringify(good)).not.toContain(NOBODY);
  });
});

describe('§2 the address', () => {
  it.each([
    ['X-Forwarded-For', { 'x-forwarded-for': '81.2.69.142' }],
    ['X-Forwarded-For with a port', { 'x-forwarded-for': '81.2.69.142:4711' }],
    [
      'X-Forwarded-For, the last of several, behind one proxy',
      { 'x-forwarded-for': '10.0.0.1, 81.2.69.142' },
    ],
    ['Forwarded', { forwarded: 'for=81.2.69.142;proto=https' }],
    ['Forwarded in quotes with a port', { forwarded: 'for="81.2.69.142:4711"' }],
    ['Forwarded in capitals', { forwarded: 'FOR=81.2.69.142' }],
    ['Forwarded, the last of several, behind one proxy', { forwarded: 'for=10.0.0.1, for=81.2.69.142' }],
    ['an IPv4 address in an IPv6 one', { 'x-forwarded-for': '::ffff:81.2.69.142' }],
  ])('%s gives the country', async (_name, headers) => {
    const { good } = await sandbox.send({}, headers);
    expect(good[0]?.['geo_country']).toBe('GB');
  });

  it.each([
    ['Forwarded in brackets', { forwarded: 'for="[2001:4860:4860::8888]"' }],
    ['Forwarded in brackets with a port', { forwarded: 'for="[2001:4860:4860::8888]:4711"' }],
    ['X-Forwarded-For', { 'x-forwarded-for': '2001:4860:4860::8888' }],
  ])('an IPv6 address in %s gives the country', async (_name, headers) => {
    const { good } = await sandbox.send({}, headers);
    expect(good[0]?.['geo_country']).toBe('US');
  });

  it('a stranger cannot forge it: what stands before the proxy’s own entry does not count', async () => {
    const { good } = await sandbox.send({}, { 'x-forwarded-for': '81.2.69.142, 8.8.8.8' });
    expect(good[0]?.['geo_country']).toBe('US');
  });

  it.each(['unknown', '_hidden', 'for=', '999.1.1.1', ''])('%s is no address', async (value) => {
    const { good } = await sandbox.send({}, { 'x-forwarded-for': value });
    expect(good[0]?.['geo_country']).toBe('ZZ');
  });

  it('the parameter ip wins over the headers', async () => {
    const { good } = await sandbox.send({ ip: '81.2.69.142' }, { 'x-forwarded-for': '8.8.8.8' });
    expect(good[0]?.['geo_country']).toBe('GB');
  });

  it('of several addresses in ip the first counts', async () => {
    expect((await sandbox.good({ ip: '81.2.69.142, 8.8.8.8' }))['geo_country']).toBe('GB');
  });

  it.each(['81.2.69.142', '2001:4860:4860::8888'])(
    '%s is in no event and in no failed event',
    async (address) => {
      const good = await sandbox.good({ ip: address, page: 'x' });
      const failed = await sandbox.failed({ ip: address, res: address, page: `seen from ${address}` });
      expect(JSON.stringify([good, failed])).not.toContain(address);
    },
  );

  it('nothing finer than the country is derived', async () => {
    const event = await sandbox.good({ ip: '81.2.69.142' });
    expect(Object.keys(event).filter((column) => column.startsWith('geo_'))).toEqual(['geo_country']);
    expect(
      Object.keys(event).filter((column) => column.startsWith('ip_') || column === 'user_ipaddress'),
    ).toEqual([]);
  });
});

describe('§2 pseudonyms', () => {
  const identifiers = {
    uid: 'jane@example.org',
    duid: COOKIE,
    tnuid: OTHER,
    sid: '8f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a12',
    fp: 'print-1',
    tid: 'txn-1',
    tr_id: 'order-1',
    ti_id: 'order-2',
  };

  it.each(Object.entries(identifiers))(
    '%s is not stored in clear, good or failed',
    async (parameter, value) => {
      const good = await sandbox.good({ [parameter]: value });
      const failed = await sandbox.failed({ [parameter]: value, res: 'wide' });
      expect(JSON.stringify([good, failed])).not.toContain(value);
    },
  );

  it('the same identifier has the same pseudonym in one app, and another one in another', async () => {
    const [here, again, elsewhere] = [
      await sandbox.good({ uid: 'jane', aid: 'shop' }),
      await sandbox.good({ uid: 'jane', aid: 'shop' }),
      await sandbox.good({ uid: 'jane', aid: 'blog' }),
    ];
    expect(here['user_id']).toBe(again['user_id']);
    expect(here['user_id']).not.toBe(elsewhere['user_id']);
  });
});
