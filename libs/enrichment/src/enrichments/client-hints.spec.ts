import type { SelfDescribing } from '@headwater/contracts';
import { hintsContext, readClientHints, sentHints, type ClientHints } from './client-hints';
import { derivedContext } from './derived-context';

const grease = { brand: 'Not/A)Brand', version: '8' };
const chromium = { brand: 'Chromium', version: '126' };
const chrome = { brand: 'Google Chrome', version: '126' };
const contextOf = (data: object): readonly SelfDescribing[] => [
  derivedContext('org.w3', 'PerformanceTiming', {}),
  derivedContext('org.ietf', 'http_client_hints', data),
];
const read = (
  headers: Readonly<Record<string, string>> | null,
  contexts: readonly SelfDescribing[] | null = null,
): ClientHints | null => {
  const sent = sentHints(headers, hintsContext(contexts));
  return sent && readClientHints(sent);
};
const inContext = (data: object): ClientHints | null =>
  read(null, contextOf({ isMobile: false, brands: [grease, chrome], ...data }));

const headers = {
  'sec-ch-ua': '"Chromium";v="126", "Not.A/Brand";v="8", "Google Chrome";v="126"',
  'sec-ch-ua-mobile': '?0',
  'sec-ch-ua-platform': '"Windows"',
};

it('reads the hints that every request carries', () => {
  expect(read(headers)).toEqual({
    browser: { name: 'Chrome', version: '126' },
    platform: 'Windows',
    platformVersion: null,
    isMobile: false,
    model: null,
  });
});

it('reads the hints that a site asked for', () => {
  expect(
    read({
      ...headers,
      'sec-ch-ua-mobile': '?1',
      'sec-ch-ua-full-version-list':
        '"Not.A/Brand";v="8.0.0.0", "Google Chrome";v="126.0.6478.127", "Chromium";v="126.0.6478.126"',
      'sec-ch-ua-platform': '"Android"',
      'sec-ch-ua-platform-version': '"14.0.0"',
      'sec-ch-ua-model': '"Pixel 8 Pro"',
    }),
  ).toEqual({
    browser: { name: 'Chrome', version: '126.0.6478.127' },
    platform: 'Android',
    platformVersion: '14',
    isMobile: true,
    model: 'Pixel 8 Pro',
  });
});

it('reads the hints that the page was told, which count before those of the request', () => {
  const told = contextOf({
    isMobile: true,
    brands: [grease, { brand: 'Microsoft Edge', version: '127' }],
    uaFullVersion: '127.0.2651.74',
    platform: 'macOS',
    platformVersion: '14.5.0',
    model: '',
  });
  expect(read({ ...headers, 'sec-ch-ua-model': '"X"' }, told)).toEqual({
    browser: { name: 'Edge', version: '127.0.2651.74' },
    platform: 'Mac OS',
    platformVersion: '14.5',
    isMobile: true,
    model: 'X',
  });
});

it.each<[string, Readonly<Record<string, string>> | null, readonly SelfDescribing[] | null]>([
  ['neither headers nor contexts', null, null],
  ['other headers and contexts', { origin: 'https://a.example' }, [derivedContext('org.w3', 'x', {})]],
  ['a context of another vendor', {}, [derivedContext('com.acme', 'http_client_hints', {})]],
])('finds none in %s', (_case, sent, contexts) => {
  expect(read(sent, contexts)).toBeNull();
});

it.each([
  ['Windows', '15.0.0', '11'],
  ['Windows', '13.0.0', '11'],
  ['Windows', '10.0.0', '10'],
  ['Windows', '1.0.0', '10'],
  ['Windows', '0.3.0', '8.1'],
  ['Windows', '0.2.0', '8'],
  ['Windows', '0.1.0', '7'],
  ['Windows', '0', null],
  ['Windows', 'NT 6.0', null],
  ['Windows', '', null],
  ['Linux', '6.1.0', null],
  ['Android', '9', '9'],
  ['Chrome OS', '16151.0.0', '16151'],
])('knows %s %s as version %s', (platform, platformVersion, expected) => {
  expect(inContext({ platform, platformVersion })?.platformVersion).toBe(expected);
});

it.each([
  ['Chrome, named beside Chromium', [grease, chromium, chrome], 'Chrome'],
  ['Edge, whatever the order', [chrome, { brand: 'Microsoft Edge', version: '1' }, chromium], 'Edge'],
  [
    'Yandex, which names two brands',
    [chromium, { brand: 'Yowser', version: '2.5' }, { brand: 'YaBrowser', version: '24.6' }],
    'Yandex',
  ],
  ['a browser that is not on the list', [chromium, { brand: 'New Browser', version: '1' }], 'New Browser'],
  ['Chromium, named alone', [grease, chromium], 'Chromium'],
  ['a browser named like a member of Object', [{ brand: 'constructor', version: '1' }], 'constructor'],
])('takes %s', (_case, brands, name) => {
  expect(inContext({ brands })?.browser?.name).toBe(name);
});

it.each([
  ' Not A;Brand',
  '(Not(A:Brand',
  'Not)A;Brand',
  'Not.A/Brand',
  'Not/A)Brand',
  'Not_A Brand',
  'Not;A=Brand',
  'Not:A-Brand',
  'Not=A?Brand',
  'Not?A_Brand',
  'Not A(Brand',
  'Not A;Brand',
])('takes "%s" for no browser', (brand) => {
  expect(inContext({ brands: [{ brand, version: '99' }] })?.browser).toBeNull();
});

it.each([
  ['data that is no object', '[]'],
  ['brands that are no list', '{"brands":"Chrome","isMobile":"yes"}'],
  ['brands that are not brands', '{"brands":[null,1,{"brand":1},{"brand":"x"}]}'],
])('makes nothing of %s', (_case, data) => {
  const context = { ...derivedContext('org.ietf', 'http_client_hints', {}), data };
  expect(read(null, [context])).toEqual({
    browser: null,
    platform: null,
    platformVersion: null,
    isMobile: null,
    model: null,
  });
});

it('takes no full version of another browser', () => {
  expect(inContext({ uaFullVersion: '99.1.2.3' })?.browser).toEqual({ name: 'Chrome', version: '126' });
});

it('has one key for the same hints, and another for others', () => {
  expect(sentHints({ ...headers, origin: 'a' }, null)?.key).toBe(
    sentHints({ ...headers, origin: 'b' }, null)?.key,
  );
  expect(sentHints({ ...headers, 'sec-ch-ua-model': '"X"' }, null)?.key).not.toBe(
    sentHints(headers, null)?.key,
  );
});
