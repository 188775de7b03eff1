import { parameters } from '@headwater/enrichment';

const IGLU = 'iglu:com.snowplowanalytics.snowplow';

/** Self-describing JSON around an entity of a schema that marks identifiers. */
export const selfDescribing = (kind: 'unstruct_event' | 'contexts', data: object): string => {
  const entity = { schema: 'iglu:com.acme/account/jsonschema/1-0-0', data };
  return JSON.stringify({
    schema: `${IGLU}/${kind}/jsonschema/1-0-0`,
    data: kind === 'contexts' ? [entity] : entity,
  });
};

const account = {
  user_id: 'jane',
  link: 'https://shop.example/?gclid=x&ip=1',
  friends: [{ mail: 'joe@shop.example' }],
};
const base64 = (text: string): string => Buffer.from(text).toString('base64url');

/** Parameters of good events, one of each kind and of each way to send data. */
export const goodEvents: readonly Readonly<Record<string, string>>[] = [
  {
    e: 'pv',
    url: 'https://shop.example/cart?utm_source=mail&_sp=duid.1700000000000#top',
    page: 'Cart',
    refr: 'https://www.google.com/?q=a',
  },
  {
    e: 'pp',
    pp_mix: '0',
    pp_max: '10',
    pp_miy: '0',
    pp_may: '900',
    vp: '800x600',
    ds: '800x2400',
    res: '1920x1080',
  },
  {
    e: 'se',
    se_ca: 'shop',
    se_ac: 'add',
    se_la: 'x',
    se_pr: 'y',
    se_va: '1.5',
    uid: 'jane',
    duid: 'a',
    nuid: 'b',
    sid: 'c',
    vid: '3',
  },
  { e: 'ue', ue_pr: selfDescribing('unstruct_event', account), co: selfDescribing('contexts', account) },
  {
    e: 'ue',
    ue_px: base64(selfDescribing('unstruct_event', account)),
    cx: base64(selfDescribing('contexts', account)),
  },
  {
    e: 'tr',
    tr_id: '1',
    tr_tt: '9.99',
    tr_cu: 'EUR',
    dtm: '1781999999000',
    stm: '1782000000000',
    ttm: '1781999999000',
  },
  {
    e: 'ti',
    ti_id: '1',
    ti_sk: 's',
    ti_pr: '9.99',
    ti_qu: '1',
    lang: 'en',
    cs: 'UTF-8',
    f_pdf: '1',
    cookie: '0',
    tz: 'Europe/London',
  },
].map((event) => ({
  p: 'web',
  tv: 'js-4.10.1',
  aid: 'shop',
  eid: '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10',
  ...event,
}));

/** What means something in an event, in whatever form it is sent. */
export const trackerWords: readonly string[] = [
  ...parameters.map(({ key }) => key),
  ...['pv', 'pp', 'se', 'ue', 'tr', 'ti', 'web', 'mob', 'schema', 'data', 'ip'],
  ...[
    'iglu:',
    `${IGLU}/payload_data/jsonschema/1-0-4`,
    '/jsonschema/1-0-0',
    'com.acme',
    '__proto__',
    'constructor',
  ],
  ...[
    'https://',
    'http://[::1]:80/',
    '?gclid=',
    '&_sp=',
    'utm_source=',
    '#',
    '%',
    '%00',
    '%u0041',
    '%ff',
    '\u{1f600}',
  ],
  ...['1e400', '-1', '2147483648', '9007199254740993', '253402300800000', 'NaN', '0x10', '1920x1080'],
];
