import { TestSandbox } from './sandbox';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await TestSandbox.start();
});
afterAll(() => sandbox.stop());

describe('§3 page and referrer', () => {
  it.each<[url: string, parts: Readonly<Record<string, unknown>>]>([
    [
      'https://shop.example/cart',
      { scheme: 'https', host: 'shop.example', port: 443, path: '/cart', fragment: null },
    ],
    ['http://shop.example', { scheme: 'http', host: 'shop.example', port: 80, path: null }],
    ['https://shop.example:8443/a/b#top', { port: 8443, path: '/a/b', fragment: 'top' }],
    ['HTTPS://SHOP.example/A', { scheme: 'https', host: 'shop.example', path: '/A' }],
    ['https://[2001:db8::1]/x', { scheme: 'https', path: '/x' }],
    ['file:///home/x.html', { scheme: 'file', host: null, path: '/home/x.html' }],
    ['/relative', { scheme: null, host: null }],
    ['no url at all', { scheme: null, host: null }],
    ['https://bücher.example/ä', { host: 'bücher.example', path: '/ä' }],
  ])('%s is taken apart', async (url, parts) => {
    const event = await sandbox.good({ url });
    for (const [part, value] of Object.entries(parts))
      expect([part, event[`page_url${part}`]]).toEqual([part, value]);
  });

  it('the Referer header is the page where the tracker names none', async () => {
    const { good } = await sandbox.send({}, { referer: 'https://shop.example/from-header' });
    expect(good[0]?.['page_url']).toBe('https://shop.example/from-header');
  });

  it('url wins over the Referer header', async () => {
    const { good } = await sandbox.send(
      { url: 'https://shop.example/from-tracker' },
      { referer: 'https://shop.example/from-header' },
    );
    expect(good[0]?.['page_url']).toBe('https://shop.example/from-tracker');
  });

  it.each<[refr: string, medium: string, source: string | null]>([
    ['https://shop.example/other', 'internal', null],
    ['https://www.google.com/search?q=kettle', 'search', 'Google'],
    ['https://www.google.co.uk/', 'search', 'Google'],
    ['https://www.bing.com/search?q=kettle', 'search', 'Bing'],
    ['https://duckduckgo.com/', 'search', 'DuckDuckGo'],
    ['https://www.facebook.com/', 'social', 'Facebook'],
    ['https://t.co/abc', 'social', null],
    ['https://mail.google.com/mail', 'email', null],
    ['https://some.blog.example/post', 'unknown', null],
  ])('refr=%s is %s', async (refr, medium, source) => {
    const event = await sandbox.good({ url: 'https://shop.example/cart', refr });
    expect(event['refr_medium']).toBe(medium);
    if (source !== null) expect(event['refr_source']).toBe(source);
  });
});

describe('§3 campaigns and click ids', () => {
  const from = (query: string): Promise<Readonly<Record<string, unknown>>> =>
    sandbox.good({ url: `https://shop.example/?${query}` });

  it.each([
    ['utm_medium', 'mkt_medium'],
    ['utm_source', 'mkt_source'],
    ['utm_term', 'mkt_term'],
    ['utm_content', 'mkt_content'],
    ['utm_campaign', 'mkt_campaign'],
  ])('%s is stored in %s', async (parameter, column) => {
    expect((await from(`${parameter}=a%20b`))[column]).toBe('a b');
  });

  it.each([
    ['gclid', 'Google'],
    ['msclkid', 'Microsoft'],
    ['dclid', 'DoubleClick'],
  ])('%s is a click id of %s, and a pseudonym', async (parameter, network) => {
    const event = await from(`${parameter}=click-1`);
    expect(event['mkt_network']).toBe(network);
    expect(event['mkt_clickid']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('only listed parameters stay in a stored URL', async () => {
    const event = await from('utm_source=mail&email=jane%40example.org&token=1#access_token=2');
    expect(event['page_url']).toBe('https://shop.example/?utm_source=mail');
    expect(JSON.stringify(event)).not.toMatch(/jane|token/);
  });
});

describe('§2 link decoration', () => {
  it('duid and time of _sp are stored, the duid as a pseudonym', async () => {
    const duid = '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10';
    const event = await sandbox.good({ url: `https://shop.example/?_sp=${duid}.1700000000000` });
    const own = await sandbox.good({ duid });
    expect(event['refr_domain_userid']).toBe(own['domain_userid']);
    expect(event['refr_dvce_tstamp']).toBe(1700000000000);
    expect(JSON.stringify(event)).not.toContain(duid);
  });

  it('the extended form has its duid and time in the same places', async () => {
    const event = await sandbox.good({
      url: 'https://shop.example/?_sp=abc.1700000000000.sid.uid.shop.web.reason',
    });
    expect(event['refr_dvce_tstamp']).toBe(1700000000000);
  });

  it('a bad time is an enrichment failure', async () => {
    const { failure_type } = await sandbox.failed({ url: 'https://shop.example/?_sp=abc.soon' });
    expect(failure_type).toBe('enrichment_failure');
  });
});
