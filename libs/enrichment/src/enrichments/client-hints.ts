import type { SelfDescribing } from '@headwater/contracts';
import { isObject } from '../json-kinds';

/** What a browser says of itself and its device in client hints; null where it does not say. */
export interface ClientHints {
  /** Name in the words of the user agent parser, and version as far as it is known. */
  readonly browser: { readonly name: string; readonly version: string | null } | null;
  /** Operating system in the words of the user agent parser. */
  readonly platform: string | null;
  /** Version by which people know the operating system: `11` for Windows 11. */
  readonly platformVersion: string | null;
  readonly isMobile: boolean | null;
  /** Model of the device. */
  readonly model: string | null;
}

/** Longest header that is read, in characters. */
const LONGEST = 1_024;

/** The request headers that carry client hints. */
const headerNames = [
  'sec-ch-ua',
  'sec-ch-ua-full-version-list',
  'sec-ch-ua-full-version',
  'sec-ch-ua-mobile',
  'sec-ch-ua-platform',
  'sec-ch-ua-platform-version',
  'sec-ch-ua-model',
] as const;
type HeaderName = (typeof headerNames)[number];

/** Client hints as they were sent, in one text: the same text gives the same {@link ClientHints}. */
export interface SentHints {
  readonly key: string;
  readonly headers: Readonly<Partial<Record<HeaderName, string>>>;
  /** JSON text of a http_client_hints context. */
  readonly context: string | null;
}

const SEPARATOR = '\u001f';

/** JSON text of the http_client_hints context of an event; null where it has none that is read. */
export const hintsContext = (contexts: readonly SelfDescribing[] | null): string | null =>
  contexts?.find(isReadable)?.data ?? null;

/** The hints in the headers of a request and in a context; null where there are none. */
export function sentHints(
  headers: Readonly<Record<string, string>> | null,
  context: string | null,
): SentHints | null {
  let key = '';
  if (headers !== null && headers['sec-ch-ua'] !== undefined)
    for (const name of headerNames) key += (headers[name] ?? '') + SEPARATOR;
  if (context === null) return key === '' ? null : { key, headers: headers ?? {}, context };
  return { key: key + context, headers: key === '' ? {} : (headers ?? {}), context };
}

/** Longest context that is read, in characters: browsers write some hundreds. It is what its reading is remembered by. */
const LONGEST_CONTEXT = 4_096;

const isReadable = ({ vendor, name, model, data }: SelfDescribing): boolean =>
  name === 'http_client_hints' && vendor === 'org.ietf' && model === 1 && data.length <= LONGEST_CONTEXT;

interface Brand {
  readonly brand: string;
  readonly version: string;
}

interface Facts {
  readonly brands: readonly Brand[];
  readonly fullVersions: readonly Brand[];
  readonly fullVersion: string | null;
  readonly isMobile: boolean | null;
  readonly platform: string | null;
  readonly platformVersion: string | null;
  readonly model: string | null;
}

/** Reads client hints. What the page was told (the context) is fuller than what the request says, so it counts first. */
export function readClientHints({ headers, context }: SentHints): ClientHints {
  const told = factsOfContext(context);
  const said = factsOfHeaders(headers);
  const brands = told.brands.length > 0 ? told.brands : said.brands;
  const fullVersion = told.fullVersion ?? said.fullVersion;
  const platform = told.platform ?? said.platform;
  return {
    browser: browserOf(brands, said.fullVersions, fullVersion),
    platform: platform === null ? null : (platforms.get(platform) ?? platform),
    platformVersion: versionOf(platform, told.platformVersion ?? said.platformVersion),
    isMobile: told.isMobile ?? said.isMobile,
    model: told.model ?? said.model,
  };
}

/** `"Chromium";v="126", "Not.A/Brand";v="8"` (RFC 8941, a list of strings with a parameter v). */
const BRANDS = /"((?:[^"\\]|\\.)*)"\s*;\s*v="([^"]*)"/g;

function factsOfHeaders(headers: SentHints['headers']): Facts {
  const header = (name: HeaderName): string => (headers[name] ?? '').slice(0, LONGEST);
  const brandsIn = (name: HeaderName): readonly Brand[] =>
    [...header(name).matchAll(BRANDS)].map(([, brand = '', version = '']) => ({ brand, version }));
  const quoted = (name: HeaderName): string | null => header(name).replace(/^\s*"|"\s*$/g, '') || null;
  const mobile = header('sec-ch-ua-mobile').trim();
  const fullVersions = brandsIn('sec-ch-ua-full-version-list');
  const brands = brandsIn('sec-ch-ua');
  return {
    brands: brands.length > 0 ? brands : fullVersions,
    fullVersions,
    fullVersion: quoted('sec-ch-ua-full-version'),
    isMobile: mobile === '?1' ? true : mobile === '?0' ? false : null,
    platform: quoted('sec-ch-ua-platform'),
    platformVersion: quoted('sec-ch-ua-platform-version'),
    model: quoted('sec-ch-ua-model'),
  };
}

function factsOfContext(context: string | null): Facts {
  const json: unknown = context === null ? null : JSON.parse(context);
  const data = isObject(json) ? json : {};
  const text = (name: string): string | null => {
    const value = data[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const brands = Array.isArray(data['brands']) ? (data['brands'] as readonly unknown[]).filter(isBrand) : [];
  return {
    brands,
    fullVersions: [],
    fullVersion: text('uaFullVersion'),
    isMobile: typeof data['isMobile'] === 'boolean' ? data['isMobile'] : null,
    platform: text('platform'),
    platformVersion: text('platformVersion'),
    model: text('model'),
  };
}

const isBrand = (value: unknown): value is Brand =>
  isObject(value) && typeof value['brand'] === 'string' && typeof value['version'] === 'string';

/** A brand that browsers make up so that nobody relies on the list: `Not;A=Brand` and its like. */
const GREASE = /not[^a-z]*a[^a-z]*brand/i;

/** Brands of browsers, in the words of the user agent parser. */
const browsers: Readonly<Record<string, string>> = {
  'Microsoft Edge': 'Edge',
  'Microsoft Edge WebView2': 'Edge',
  Opera: 'Opera',
  'Opera GX': 'Opera GX',
  'Opera Mini': 'Opera Mini',
  Brave: 'Brave',
  Vivaldi: 'Vivaldi',
  YaBrowser: 'Yandex',
  Yandex: 'Yandex',
  'Samsung Internet': 'Samsung Internet',
  'Android WebView': 'Chrome WebView',
  HeadlessChrome: 'Chrome Headless',
  DuckDuckGo: 'DuckDuckGo',
  'Avast Secure Browser': 'Avast Secure Browser',
  'AVG Secure Browser': 'AVG Secure Browser',
};
const CHROME = 'Google Chrome';
const CHROMIUM = 'Chromium';

/** The more a brand says, the sooner it is taken: every browser of the family names Chromium too. */
function rank({ brand }: Brand): number {
  if (Object.hasOwn(browsers, brand)) return 0;
  return brand === CHROMIUM ? 3 : brand === CHROME ? 2 : 1;
}

function browserOf(
  brands: readonly Brand[],
  fullVersions: readonly Brand[],
  fullVersion: string | null,
): ClientHints['browser'] {
  const [main] = brands
    .filter(({ brand }) => brand !== '' && !GREASE.test(brand))
    .sort((a, b) => rank(a) - rank(b));
  if (!main) return null;
  const { brand, version } = main;
  const full = fullVersions.find((one) => one.brand === brand)?.version ?? fullVersion;
  const isSame = full !== null && full.split('.', 1)[0] === version.split('.', 1)[0];
  const name =
    brand === CHROME ? 'Chrome' : Object.hasOwn(browsers, brand) ? (browsers[brand] ?? brand) : brand;
  return { name, version: (isSame ? full : version) || null };
}

/** Operating systems, in the words of the user agent parser. */
const platforms: ReadonlyMap<string, string> = new Map([
  ['macOS', 'Mac OS'],
  ['Mac OS X', 'Mac OS'],
  ['Chrome OS', 'Chromium OS'],
  ['Chromium OS', 'Chromium OS'],
]);

/** Windows before 10 counts in hundredths. */
const earlyWindows: ReadonlyMap<string, string> = new Map([
  ['0.1', '7'],
  ['0.2', '8'],
  ['0.3', '8.1'],
]);
const FIRST_OF_WINDOWS_11 = 13;

function versionOf(platform: string | null, version: string | null): string | null {
  if (version === null || !/^\d+(?:\.\d+)*$/.test(version)) return null;
  if (platform === 'Linux') return null;
  if (platform === 'Windows') {
    const major = Number(version.split('.', 1)[0]);
    if (major === 0) return earlyWindows.get(version.split('.').slice(0, 2).join('.')) ?? null;
    return major >= FIRST_OF_WINDOWS_11 ? '11' : '10';
  }
  return version.replace(/(?:\.0)+$/, '');
}
