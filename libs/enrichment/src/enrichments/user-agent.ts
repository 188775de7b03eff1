import type { SelfDescribing } from '@headwater/contracts';
import { ok, type Outcome } from '@headwater/stage';
import { UAParser, type IResult } from 'ua-parser-js';
import { z } from 'zod';
import { RecentlyUsed } from '../recently-used';
import { hintsContext, readClientHints, sentHints, type ClientHints } from './client-hints';
import { derivedContext } from './derived-context';
import { defineEnrichment, nothing, type Patch } from './enrichment';

/** Longest part of a user agent that is read, in characters: what is behind it says nothing, and costs time. */
export const LONGEST_USER_AGENT = 512;

const OTHER = 'Other';

const manufacturers: ReadonlyMap<string, string> = new Map([
  ['Windows', 'Microsoft'],
  ['Windows Phone', 'Microsoft'],
  ['Windows Mobile', 'Microsoft'],
  ['Xbox', 'Microsoft'],
  ['iOS', 'Apple'],
  ['Mac OS', 'Apple'],
  ['watchOS', 'Apple'],
  ['Android', 'Google'],
  ['Android-x86', 'Google'],
  ['Chromium OS', 'Google'],
  ['Fuchsia', 'Google'],
  ['PlayStation', 'Sony'],
  ['Nintendo', 'Nintendo'],
  ['Tizen', 'Samsung'],
  ['Bada', 'Samsung'],
  ['HarmonyOS', 'Huawei'],
  ['BlackBerry', 'BlackBerry'],
]);

/** Kinds of device that are carried around. */
const mobile: ReadonlySet<string> = new Set(['mobile', 'tablet', 'wearable']);

/** Names that the parser repeats as a user agent writes them. */
const canonical: ReadonlyMap<string, string> = new Map([
  ['android', 'Android'],
  ['linux', 'Linux'],
  ['gentoo', 'Gentoo'],
  ['chrome', 'Chrome'],
  ['firefox', 'Firefox'],
  ['weibo', 'Weibo'],
]);
const named = (name: string | undefined): string | undefined =>
  name === undefined ? undefined : (canonical.get(name) ?? name);

/** What Chrome writes for every model since it hides them. */
const HIDDEN_MODEL = 'K';

export const userAgent = defineEnrichment({
  name: 'userAgent',
  summary:
    'Reads browser, operating system and kind of device from client hints (the headers of the request, or the http_client_hints context) and, where they do not say, from the user agent; and adds them as a ua_parser_context too.',
  reads: ['useragent', 'contexts', 'headers', 'user_agent'],
  writes: [
    'br_name',
    'br_family',
    'br_version',
    'br_type',
    'br_renderengine',
    'os_name',
    'os_family',
    'os_manufacturer',
    'dvce_type',
    'dvce_ismobile',
    'derived_contexts',
  ],
  config: z.object({
    clientHints: z
      .boolean()
      .default(true)
      .describe('Prefer client hints, which tell the true versions, to the user agent, which is frozen.'),
    remembered: z
      .number()
      .int()
      .min(1)
      .default(20_000)
      .describe('User agents whose reading is kept in memory; reading one anew costs some 20 µs.'),
  }),
  example: {
    given: {
      event: {
        useragent:
          'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
        contexts: [
          derivedContext('org.ietf', 'http_client_hints', {
            isMobile: false,
            brands: [
              { brand: 'Not/A)Brand', version: '8' },
              { brand: 'Google Chrome', version: '126' },
            ],
            platform: 'Windows',
            platformVersion: '15.0.0',
          }),
        ],
      },
    },
    sets: {
      br_name: 'Chrome 126',
      br_family: 'Chrome',
      br_version: '126.0.0.0',
      br_type: 'Browser',
      br_renderengine: 'Blink',
      os_name: 'Windows 11',
      os_family: 'Windows',
      os_manufacturer: 'Microsoft',
      dvce_type: 'desktop',
      dvce_ismobile: false,
      derived_contexts: [
        derivedContext('com.snowplowanalytics.snowplow', 'ua_parser_context', {
          useragentFamily: 'Chrome',
          useragentMajor: '126',
          useragentMinor: '0',
          useragentPatch: '0',
          useragentVersion: 'Chrome 126.0.0.0',
          osFamily: 'Windows',
          osMajor: '11',
          osMinor: null,
          osPatch: null,
          osPatchMinor: null,
          osVersion: 'Windows 11',
          deviceFamily: 'Other',
        }),
      ],
    },
  },
  create: ({ clientHints, remembered }) => {
    const known = new RecentlyUsed<Outcome<Patch>>(remembered);
    const outcomeOf = (useragent: string, headers: Headers, context: string | null): Outcome<Patch> => {
      const sent = useragent.slice(0, LONGEST_USER_AGENT);
      const hints = sentHints(headers, context);
      if (hints === null) return known.get(sent, () => ok(patchOf(clientOf(sent, null))));
      return known.get(`${hints.key}\n${sent}`, () => ok(patchOf(clientOf(sent, readClientHints(hints)))));
    };
    // The events of one payload are of one client, and their headers are one object.
    let last: Asked & { readonly outcome: Outcome<Patch> } = NOBODY;
    return function userAgent({ event: { useragent, contexts }, request }) {
      if (useragent === null) return nothing;
      // The headers are those of who sent the request: where that is not who it is about, they say nothing.
      const headers = clientHints && request.user_agent === useragent ? request.headers : null;
      const context = clientHints ? hintsContext(contexts) : null;
      if (last.useragent !== useragent || last.headers !== headers || last.context !== context)
        last = { useragent, headers, context, outcome: outcomeOf(useragent, headers, context) };
      return last.outcome;
    };
  },
});

type Headers = Readonly<Record<string, string>> | null;

interface Asked {
  readonly useragent: string | null;
  readonly headers: Headers;
  readonly context: string | null;
}

const NOBODY = { useragent: null, headers: null, context: null, outcome: nothing };

interface Product {
  readonly name: string | undefined;
  readonly version: string | undefined;
}

/** A program that names itself first: `curl/8.5.0`. */
const PROGRAM = /^(?!Mozilla\/|Opera\/)([A-Za-z][\w.-]*(?: [A-Za-z][\w-]*){0,3})\/v?(\d[\w.]*)/;
/** A robot that claims to be compatible with a browser: `Mozilla/5.0 (compatible; DotBot/1.1; …)`. */
const ROBOT =
  /^Mozilla\/\d\.\d \(compatible; {0,2}([A-Za-z][\w.!-]*(?: [A-Za-z][\w-]*){0,3})(?:\/v?(\d[\w.]*))?[;,) ]/;

/** The program that a user agent names where it names no browser. */
function programIn(useragent: string): Product | null {
  const [, name, version] = PROGRAM.exec(useragent) ?? ROBOT.exec(useragent) ?? [];
  return name === undefined ? null : { name, version };
}

/** Browser, system and device of a visitor. */
interface Client {
  readonly browser: Product;
  /** What is in the place of the browser is a program without one: an app, a library, a robot. */
  readonly isProgram: boolean;
  readonly engine: string | undefined;
  readonly os: Product;
  readonly type: string | null;
  readonly model: string | undefined;
}

function clientOf(useragent: string, hints: ClientHints | null): Client {
  const result = new UAParser(useragent).getResult();
  const browser = browserOf(result, hints);
  const program = browser.name === undefined ? programIn(useragent) : null;
  return {
    browser: program ?? browser,
    isProgram: program !== null,
    engine: result.engine.name,
    os: systemOf(result, hints),
    type: typeOf(result, hints),
    model: hints?.model ?? (result.device.model === HIDDEN_MODEL ? undefined : result.device.model),
  };
}

function browserOf({ browser }: IResult, hints: ClientHints | null): Product {
  const { version } = browser;
  const name = named(browser.name);
  const hinted = hints?.browser ?? null;
  // Chromium is named by its whole family: it is the browser only where the user agent claims no other.
  if (hinted === null || (hinted.name === 'Chromium' && name !== 'Chrome')) return { name, version };
  const isFuller = hinted.version?.includes('.') === true;
  const isSame = name === hinted.name && version?.split('.', 1)[0] === hinted.version;
  return { name: hinted.name, version: isSame && !isFuller ? version : (hinted.version ?? undefined) };
}

function systemOf({ os }: IResult, hints: ClientHints | null): Product {
  const { version } = os;
  const name = named(os.name);
  const platform = hints?.platform ?? name;
  const isSame = platform === name;
  return { name: platform, version: hints?.platformVersion ?? (isSame ? version : undefined) };
}

function typeOf({ os, device }: IResult, hints: ClientHints | null): string | null {
  const { type } = device;
  const isHandheld = type !== undefined && mobile.has(type);
  switch (hints?.isMobile) {
    case true:
      return isHandheld ? type : 'mobile';
    case false:
      if (type !== 'mobile') return type ?? 'desktop';
      return (hints.platform ?? os.name) === 'Android' ? 'tablet' : 'desktop';
    default:
      return type ?? (os.name === undefined ? null : 'desktop');
  }
}

function patchOf(client: Client): Patch {
  const { browser, engine, os, type } = client;
  return {
    br_name: withVersion(browser.name, browser.version?.split('.', 1)[0]),
    br_family: browser.name ?? null,
    br_version: browser.version ?? null,
    br_type: browserTypeOf(client),
    br_renderengine: engine ?? null,
    os_name: withVersion(os.name, os.version),
    os_family: os.name ?? null,
    os_manufacturer: (os.name !== undefined && manufacturers.get(os.name)) || null,
    dvce_type: type,
    dvce_ismobile: type === null ? null : mobile.has(type),
    derived_contexts: [uaParserContext(client)],
  };
}

function browserTypeOf({ browser, isProgram, type }: Client): string | null {
  if (browser.name === undefined) return null;
  if (isProgram) return 'App';
  return type !== null && mobile.has(type) ? 'Mobile Browser' : 'Browser';
}

const withVersion = (name: string | undefined, version: string | undefined): string | null =>
  name === undefined ? null : version === undefined ? name : `${name} ${version}`;

/** `iglu:com.snowplowanalytics.snowplow/ua_parser_context/jsonschema/1-0-0` */
function uaParserContext({ browser, os, model }: Client): SelfDescribing {
  const [browserMajor = null, browserMinor = null, browserPatch = null] = browser.version?.split('.') ?? [];
  const [osMajor = null, osMinor = null, osPatch = null, osPatchMinor = null] = os.version?.split('.') ?? [];
  return derivedContext('com.snowplowanalytics.snowplow', 'ua_parser_context', {
    useragentFamily: browser.name ?? OTHER,
    useragentMajor: browserMajor,
    useragentMinor: browserMinor,
    useragentPatch: browserPatch,
    useragentVersion: withVersion(browser.name ?? OTHER, browser.version),
    osFamily: os.name ?? OTHER,
    osMajor,
    osMinor,
    osPatch,
    osPatchMinor,
    osVersion: withVersion(os.name ?? OTHER, os.version),
    deviceFamily: model ?? OTHER,
  });
}
