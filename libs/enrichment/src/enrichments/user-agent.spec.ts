import { ok } from '@headwater/stage';
import { aDraft, testLookUps } from '../testing/look-ups';
import type { Draft } from './enrichment';
import { LONGEST_USER_AGENT, userAgent } from './user-agent';

const enrich = userAgent.create({}, testLookUps());
const patchOf = (useragent: string | null): Readonly<Record<string, unknown>> => {
  const outcome = enrich(aDraft({ useragent }));
  if (outcome.kind !== 'ok') throw new Error('A user agent is never at fault.');
  return outcome.value;
};

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

it.each([
  [
    'Firefox on Linux',
    firefox,
    {
      br_name: 'Firefox 140',
      br_family: 'Firefox',
      br_version: '140.0',
      br_type: 'Browser',
      br_renderengine: 'Gecko',
      os_name: 'Linux',
      os_family: 'Linux',
      os_manufacturer: null,
      dvce_type: 'desktop',
      dvce_ismobile: false,
    },
  ],
  [
    'Safari on a telephone',
    safari,
    {
      br_name: 'Mobile Safari 17',
      br_family: 'Mobile Safari',
      br_type: 'Mobile Browser',
      os_name: 'iOS 17.5',
      os_family: 'iOS',
      os_manufacturer: 'Apple',
      dvce_type: 'mobile',
      dvce_ismobile: true,
    },
  ],
  [
    'Chrome on Windows',
    chrome,
    {
      br_family: 'Chrome',
      br_renderengine: 'Blink',
      os_name: 'Windows 10',
      os_manufacturer: 'Microsoft',
      dvce_ismobile: false,
    },
  ],
  [
    'a program',
    'curl/8.5.0',
    {
      br_name: 'curl 8',
      br_family: 'curl',
      br_version: '8.5.0',
      br_type: 'App',
      os_family: null,
      dvce_type: null,
      dvce_ismobile: null,
    },
  ],
  [
    'an app on a telephone',
    'Luminary/1.0.2 build 57/Android SDK 26',
    { br_name: 'Luminary 1', br_type: 'App', os_family: 'Android' },
  ],
  [
    'a robot that claims to be a browser',
    'Mozilla/5.0 (compatible; DotBot/1.1; http://www.dotnetdotcom.org/)',
    { br_name: 'DotBot 1', br_type: 'App' },
  ],
  ['what names no program', '-', { br_name: null, br_family: null, br_type: null, os_family: null }],
])('reads %s', (_case, useragent, expected) => {
  expect(patchOf(useragent)).toMatchObject(expected);
});

it('adds nothing to an event without a user agent', () => {
  expect(enrich(aDraft({ useragent: null }))).toEqual(ok({}));
});

it('reads a user agent again as it read it first', () => {
  const small = userAgent.create({ remembered: 1 }, testLookUps());
  const first = small(aDraft({ useragent: firefox }));
  small(aDraft({ useragent: chrome }));
  small(aDraft({ useragent: safari }));
  expect(small(aDraft({ useragent: firefox }))).toEqual(first);
});

it('looks no further than the bound, however long a user agent is', () => {
  expect(patchOf(`${'x'.repeat(LONGEST_USER_AGENT)} Firefox/140.0`)).toMatchObject({ br_family: null });
});

describe('a hostile user agent', () => {
  /** What makes careless patterns try again: each is repeated until the length is reached. */
  const repeated = [
    ...[
      '9',
      'a',
      ' ',
      '(',
      ')',
      '/',
      ';',
      '.',
      '-',
      '_',
      '\t',
      '1.',
      '; ',
      '((',
      ')(',
      '/ ',
      'a ',
      ' a',
      'aA',
      '0x',
    ],
    ...[
      'Linux; ',
      'bot ',
      'Mozilla/',
      'Opera/9.80 ',
      'Android ',
      'Version/',
      'Chrome/9',
      'Safari ',
      'like Gecko ',
    ],
    ...[
      'Windows NT ',
      'iPhone OS 1_',
      'Mobile ',
      'Build/',
      'SM-',
      'compatible; ',
      'rv:1',
      'CPU OS ',
      'a.b-c_d ',
    ],
  ];
  /** Where they are put: patterns that begin with what stands before run into them, and fail at what stands behind. */
  const places: readonly (readonly [before: string, behind: string])[] = [
    ['', '!'],
    ['Mozilla/5.0 (Linux; Android ', '; ) AppleWebKit'],
    ['Mozilla/5.0 (compatible; ', '\u0000'],
    ['Mozilla/5.0 (Windows NT 10.0; ', ') Chrome'],
    ['Opera/9.80 (', ''],
  ];
  const grown = (text: string, [before, behind]: (typeof places)[number], length: number): string =>
    before + text.repeat(length).slice(0, Math.max(0, length - before.length - behind.length)) + behind;
  const corpus = repeated.flatMap((text) => places.map((place) => grown(text, place, LONGEST_USER_AGENT)));

  /** The least of several readings, each of one that nobody remembers: what else the machine does only adds to it. */
  const leastTime = (useragent: string, readings: number): number => {
    let least = Infinity;
    for (let reading = 0; reading < readings; reading += 1) {
      const anew = userAgent.create({ remembered: 1 }, testLookUps());
      const draft = aDraft({ useragent });
      const began = performance.now();
      anew(draft);
      least = Math.min(least, performance.now() - began);
    }
    return least;
  };
  /** The worst takes some 25 times as long; a pattern that runs away takes thousands of times. */
  const FACTOR = 200;
  const usual = (): number => Math.max(...[firefox, safari, chrome].map((text) => leastTime(text, 40)));

  it('takes no hostile user agent hundreds of times as long as one of a browser', () => {
    expect(corpus.length).toBeGreaterThan(40);
    const least = usual();
    const slow = corpus.filter(
      (text) => leastTime(text, 5) > FACTOR * least && leastTime(text, 40) > FACTOR * least,
    );
    expect(slow).toEqual([]);
  });

  it('takes one no longer for being longer than the bound', () => {
    const least = usual();
    const slow = repeated
      .map((text) => grown(text, ['Mozilla/5.0 (', ''], 100_000))
      .filter((text) => leastTime(text, 5) > FACTOR * least && leastTime(text, 40) > FACTOR * least);
    expect(slow.map((text) => text.slice(0, 40))).toEqual([]);
  });
});

const android = (device: string): string =>
  `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 ${device}Safari/537.36`;
const hintsOf = (
  brand: string,
  platform: string,
  others: Readonly<Record<string, string>> = {},
): Draft['request']['headers'] => ({
  'sec-ch-ua': `"Not/A)Brand";v="8", "Chromium";v="126", "${brand}";v="126"`,
  'sec-ch-ua-mobile': '?0',
  'sec-ch-ua-platform': `"${platform}"`,
  ...others,
});
const withHints = (useragent: string, headers: Draft['request']['headers'], create = enrich): unknown =>
  create(aDraft({ useragent }, null, { headers, user_agent: useragent }));

it.each([
  [
    'Windows 11, which the user agent hides',
    chrome,
    hintsOf('Google Chrome', 'Windows', { 'sec-ch-ua-platform-version': '"15.0.0"' }),
    { os_name: 'Windows 11', os_manufacturer: 'Microsoft', br_name: 'Chrome 126', br_version: '126.0.0.0' },
  ],
  [
    'the version in full',
    chrome,
    hintsOf('Google Chrome', 'Windows', {
      'sec-ch-ua-full-version-list': '"Google Chrome";v="126.0.6478.127"',
    }),
    { br_version: '126.0.6478.127', os_name: 'Windows 10' },
  ],
  [
    'a browser that the user agent hides',
    chrome,
    hintsOf('Brave', 'Windows'),
    { br_family: 'Brave', br_version: '126' },
  ],
  [
    'an Android telephone and its model',
    android('Mobile '),
    hintsOf('Google Chrome', 'Android', {
      'sec-ch-ua-mobile': '?1',
      'sec-ch-ua-platform-version': '"14.0.0"',
      'sec-ch-ua-model': '"Pixel 8"',
    }),
    { os_name: 'Android 14', dvce_type: 'mobile', dvce_ismobile: true, br_type: 'Mobile Browser' },
  ],
  [
    'an Android tablet',
    android(''),
    hintsOf('Google Chrome', 'Android'),
    { dvce_type: 'tablet', dvce_ismobile: true },
  ],
  [
    'an Android tablet whose user agent is that of a telephone',
    android('Mobile '),
    hintsOf('Google Chrome', 'Android'),
    { dvce_type: 'tablet' },
  ],
  [
    'a computer whose user agent is that of a telephone',
    android('Mobile '),
    hintsOf('Google Chrome', 'Chrome OS'),
    { os_name: 'Chromium OS', dvce_type: 'desktop', dvce_ismobile: false },
  ],
  [
    'a telephone whose user agent is that of a computer',
    chrome,
    hintsOf('Google Chrome', 'Android', { 'sec-ch-ua-mobile': '?1' }),
    { os_name: 'Android', dvce_type: 'mobile', dvce_ismobile: true },
  ],
  ['a Firefox that only claims Chromium', firefox, hintsOf('Chromium', 'Linux'), { br_family: 'Firefox' }],
])('learns %s from client hints', (_case, useragent, headers, expected) => {
  expect(withHints(useragent, headers)).toMatchObject(ok(expected));
});

it('puts the model into the ua_parser_context, and not the letter that stands for a hidden one', () => {
  const model = { 'sec-ch-ua-model': '"Pixel 8"' };
  expect(JSON.stringify(withHints(android(''), hintsOf('Google Chrome', 'Android', model)))).toContain(
    String.raw`\"deviceFamily\":\"Pixel 8\"`,
  );
  expect(JSON.stringify(patchOf(android('')))).toContain(String.raw`\"deviceFamily\":\"Other\"`);
});

it('believes no headers of a program that sends the event of somebody else', () => {
  const headers = hintsOf('Google Chrome', 'Windows');
  const outcome = enrich(aDraft({ useragent: firefox }, null, { headers, user_agent: chrome }));
  expect(outcome).toMatchObject(ok({ br_family: 'Firefox', os_family: 'Linux' }));
});

it('believes no hints when that is configured', () => {
  const plain = userAgent.create({ clientHints: false }, testLookUps());
  expect(withHints(chrome, hintsOf('Brave', 'Windows'), plain)).toMatchObject(ok({ br_family: 'Chrome' }));
});

it('keeps apart what it remembers of one user agent with other hints', () => {
  expect(withHints(chrome, hintsOf('Brave', 'Windows'))).toMatchObject(ok({ br_family: 'Brave' }));
  expect(withHints(chrome, null)).toMatchObject(ok({ br_family: 'Chrome' }));
  expect(withHints(chrome, hintsOf('Vivaldi', 'Windows'))).toMatchObject(ok({ br_family: 'Vivaldi' }));
});
