import type { SelfDescribing } from '@headwater/contracts';
import { ok, type Outcome } from '@headwater/stage';
import { UAParser, type IResult } from 'ua-parser-js';
import { z } from 'zod';
import { defineEnrichment, type Patch } from './enrichment';
import { remember } from './remember';

/** Longest part of a user agent that is read, in characters: what is behind it says nothing, and costs time. */
export const LONGEST_USER_AGENT = 512;

const OTHER = 'Other';

const manufacturers: Readonly<Record<string, string>> = {
  Windows: 'Microsoft',
  'Windows Phone': 'Microsoft',
  'Windows Mobile': 'Microsoft',
  Xbox: 'Microsoft',
  iOS: 'Apple',
  'Mac OS': 'Apple',
  watchOS: 'Apple',
  Android: 'Google',
  'Android-x86': 'Google',
  'Chromium OS': 'Google',
  Fuchsia: 'Google',
  PlayStation: 'Sony',
  Nintendo: 'Nintendo',
  Tizen: 'Samsung',
  Bada: 'Samsung',
  HarmonyOS: 'Huawei',
  BlackBerry: 'BlackBerry',
};

/** Kinds of device that are carried around. */
const mobile: ReadonlySet<string> = new Set(['mobile', 'tablet', 'wearable']);
const nothing: Outcome<Patch> = ok({});

export const userAgent = defineEnrichment({
  name: 'userAgent',
  summary:
    'Reads browser, operating system and kind of device from the user agent, and adds them as a ua_parser_context too.',
  config: z.object({
    remembered: z
      .number()
      .int()
      .min(1)
      .default(20_000)
      .describe('User agents whose reading is kept in memory; reading one anew costs some 20 µs.'),
  }),
  create: ({ remembered }) => {
    const read = remember(remembered, (useragent) => ok(patchOf(new UAParser(useragent).getResult())));
    return function userAgent({ event: { useragent } }) {
      return useragent === null ? nothing : read(useragent.slice(0, LONGEST_USER_AGENT));
    };
  },
});

function patchOf(result: IResult): Patch {
  const { browser, engine, os, device } = result;
  const type = device.type ?? (os.name === undefined ? null : 'desktop');
  return {
    br_name: named(browser.name, browser.version?.split('.', 1)[0]),
    br_family: browser.name ?? null,
    br_version: browser.version ?? null,
    br_type:
      browser.name === undefined ? null : type !== null && mobile.has(type) ? 'Mobile Browser' : 'Browser',
    br_renderengine: engine.name ?? null,
    os_name: named(os.name, os.version),
    os_family: os.name ?? null,
    os_manufacturer: (os.name !== undefined && manufacturers[os.name]) || null,
    dvce_type: type,
    dvce_ismobile: type === null ? null : mobile.has(type),
    derived_contexts: [uaParserContext(result)],
  };
}

const named = (name: string | undefined, version: string | undefined): string | null =>
  name === undefined ? null : version === undefined ? name : `${name} ${version}`;

/** `iglu:com.snowplowanalytics.snowplow/ua_parser_context/jsonschema/1-0-0` */
function uaParserContext({ browser, os, device }: IResult): SelfDescribing {
  const [browserMajor = null, browserMinor = null, browserPatch = null] = browser.version?.split('.') ?? [];
  const [osMajor = null, osMinor = null, osPatch = null, osPatchMinor = null] = os.version?.split('.') ?? [];
  return {
    vendor: 'com.snowplowanalytics.snowplow',
    name: 'ua_parser_context',
    format: 'jsonschema',
    model: 1,
    revision: 0,
    addition: 0,
    data: JSON.stringify({
      useragentFamily: browser.name ?? OTHER,
      useragentMajor: browserMajor,
      useragentMinor: browserMinor,
      useragentPatch: browserPatch,
      useragentVersion: named(browser.name ?? OTHER, browser.version),
      osFamily: os.name ?? OTHER,
      osMajor,
      osMinor,
      osPatch,
      osPatchMinor,
      osVersion: named(os.name ?? OTHER, os.version),
      deviceFamily: device.model ?? OTHER,
    }),
  };
}
