import { ok } from '@headwater/stage';
import { aDraft, testLookUps } from '../testing/look-ups';
import { referrer } from './referrer';
import { referrerSources } from './referrer-sources';

const enrich = referrer.create({ internalHosts: ['brand.example'] }, testLookUps());
const from = (page_referrer: string): unknown => {
  const outcome = enrich(aDraft({ page_referrer, page_urlhost: 'shop.example' }));
  if (outcome.kind !== 'ok') throw new Error('A referrer is never at fault.');
  const { refr_medium, refr_source, refr_term } = outcome.value as Readonly<Record<string, unknown>>;
  return [refr_medium, refr_source, refr_term];
};

it('splits the referrer', () => {
  expect(enrich(aDraft({ page_referrer: 'https://find.example:444/find?q=kettle#2' }))).toEqual(
    ok({
      refr_urlscheme: 'https',
      refr_urlhost: 'find.example',
      refr_urlport: 444,
      refr_urlpath: '/find',
      refr_urlquery: 'q=kettle',
      refr_urlfragment: '2',
      refr_medium: 'unknown',
      refr_source: null,
      refr_term: null,
    }),
  );
});

it.each([
  ['the host of the page', 'https://shop.example/a', 'internal'],
  ['a configured host', 'https://brand.example/', 'internal'],
  ['a host below a configured one', 'https://help.brand.example/', 'internal'],
  ['a host that only ends like one', 'https://otherbrand.example/', 'unknown'],
  ['another host', 'https://find.example/', 'unknown'],
  ['what is no URL', 'search', 'unknown'],
])('says that %s is of the same site or not', (_case, page_referrer, medium) => {
  expect(from(page_referrer)).toEqual([medium, null, null]);
});

it.each([
  ['https://www.google.com/search?q=copper+kettle', 'search', 'Google', 'copper kettle'],
  ['https://www.google.co.uk/search?q=kettle', 'search', 'Google', 'kettle'],
  ['https://google.com.br/', 'search', 'Google', null],
  ['https://www.google.de/url?q=', 'search', 'Google', null],
  ['https://scholar.google.com/scholar?q=kettle', 'search', 'Google Scholar', 'kettle'],
  ['https://mail.google.com/mail/u/0/', 'email', 'Gmail', null],
  ['https://gemini.google.com/app', 'chatbot', 'Gemini', null],
  ['https://google.evil.example/?q=x', 'unknown', null, null],
  ['https://notgoogle.com/?q=x', 'unknown', null, null],
  ['https://google/?q=x', 'unknown', null, null],
  ['https://r.search.yahoo.com/_ylt=A/?p=kettle', 'search', 'Yahoo!', 'kettle'],
  ['https://search.yahoo.co.jp/search?p=%E3%82%84', 'search', 'Yahoo!', 'や'],
  ['https://mail.yahoo.com/d/folders/1', 'email', 'Yahoo! Mail', null],
  ['https://www.baidu.com/s?wd=%E6%B0%B4%E5%A3%B6', 'search', 'Baidu', '水壶'],
  ['https://www.sogou.com/web?keyword=b', 'search', 'Sogou', 'b'],
  ['https://yandex.ru/search/?text=a&lr=2', 'search', 'Yandex', 'a'],
  ['https://duckduckgo.com/', 'search', 'DuckDuckGo', null],
  ['android-app://com.google.android.googlequicksearchbox/', 'search', 'Google', null],
  ['https://l.facebook.com/l.php?u=x', 'social', 'Facebook', null],
  ['https://t.co/abc', 'social', 'Twitter', null],
  ['https://out.reddit.com/t3', 'social', 'Reddit', null],
  ['android-app://com.linkedin.android', 'social', 'LinkedIn', null],
  ['https://pinterest.co.uk/pin/1', 'social', 'Pinterest', null],
  ['https://outlook.live.com/', 'email', 'Outlook', null],
  ['https://www.gmx.net/', 'email', 'GMX', null],
  ['https://googleads.g.doubleclick.net/aclk', 'paid', 'Google Ads', null],
  ['https://ad.doubleclick.net/', 'paid', 'DoubleClick', null],
  ['https://trends.taboola.com/', 'paid', 'Taboola', null],
  ['https://chatgpt.com/', 'chatbot', 'ChatGPT', null],
  ['https://www.perplexity.ai/search/x?q=kettle', 'chatbot', 'Perplexity', null],
])('knows %s as %s from %s', (page_referrer, medium, source, term) => {
  expect(from(page_referrer)).toEqual([medium, source, term]);
});

it('keeps no address that somebody searched for, and no more of a term than the field takes', () => {
  expect(from('https://www.google.com/?q=whois+203.0.113.77')).toEqual([
    'search',
    'Google',
    'whois [address]',
  ]);
  expect(from(`https://www.google.com/?q=${'x'.repeat(999)}`)).toEqual(['search', 'Google', 'x'.repeat(255)]);
});

it('lets own referrers count before those of the list', () => {
  const own = referrer.create(
    {
      sources: [
        { medium: 'search', source: 'Intranet', hosts: ['find.example'], terms: ['term'] },
        { medium: 'paid', source: 'Our ads', hosts: ['bing.com'] },
      ],
    },
    testLookUps(),
  );
  expect(own(aDraft({ page_referrer: 'https://find.example/?term=a' }))).toMatchObject(
    ok({ refr_medium: 'search', refr_source: 'Intranet', refr_term: 'a' }),
  );
  expect(own(aDraft({ page_referrer: 'https://www.bing.com/?q=a' }))).toMatchObject(
    ok({ refr_medium: 'paid', refr_source: 'Our ads', refr_term: null }),
  );
});

it.each(['', 'Find.example', '*.example', 'find.*.example', 'https://find.example'])(
  'refuses the host "%s" of an own referrer',
  (name) => {
    const sources = [{ medium: 'search', source: 'x', hosts: [name] }];
    expect(() => referrer.create({ sources }, testLookUps())).toThrow('a host has lower-case letters');
  },
);

it('names each host of the list once, and its sources in order', () => {
  const hosts = referrerSources.flatMap((source) => source.hosts);
  expect(hosts.filter((name, index) => hosts.indexOf(name) !== index)).toEqual([]);
  for (const medium of ['search', 'social', 'email', 'paid', 'chatbot']) {
    const names = referrerSources
      .filter((one) => one.medium === medium)
      .map(({ source }) => source.toLowerCase());
    expect(names.length).toBeGreaterThan(15);
    expect(names).toEqual([...names].sort((a, b) => (a < b ? -1 : 1)));
  }
});

it('does not take two unknown hosts for one', () => {
  expect(enrich(aDraft({ page_referrer: 'about:blank', page_urlhost: null }))).toMatchObject(
    ok({ refr_medium: 'unknown' }),
  );
});

it('adds nothing to an event without a referrer', () => {
  expect(enrich(aDraft({ page_referrer: null }))).toEqual(ok({}));
});
