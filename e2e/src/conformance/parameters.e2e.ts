import { TestSandbox } from './sandbox';

const PSEUDONYM = expect.stringMatching(/^[0-9a-f]{32}$/) as unknown;
const UUID_PSEUDONYM = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
) as unknown;
const UUID = '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10';
const DECEMBER = 1_796_000_000_000;

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await TestSandbox.start();
});
afterAll(() => sandbox.stop());

describe('§3 map: parameter to column', () => {
  it.each<[parameter: string, sent: string, column: string, stored: unknown]>([
    ['aid', 'shop', 'app_id', 'shop'],
    ['p', 'web', 'platform', 'web'],
    ['tna', 'sp1', 'name_tracker', 'sp1'],
    ['tv', 'js-4.6.8', 'v_tracker', 'js-4.6.8'],
    ['dtm', String(DECEMBER), 'dvce_created_tstamp', DECEMBER],
    ['stm', String(DECEMBER), 'dvce_sent_tstamp', DECEMBER],
    ['ttm', String(DECEMBER), 'true_tstamp', DECEMBER],
    ['tz', 'Europe/London', 'os_timezone', 'Europe/London'],
    ['uid', 'jane', 'user_id', PSEUDONYM],
    ['duid', UUID, 'domain_userid', UUID_PSEUDONYM],
    ['nuid', UUID, 'network_userid', UUID_PSEUDONYM],
    ['tnuid', UUID, 'network_userid', UUID_PSEUDONYM],
    ['fp', '2161814971', 'user_fingerprint', PSEUDONYM],
    ['tid', '508780', 'txn_id', PSEUDONYM],
    ['sid', UUID, 'domain_sessionid', UUID_PSEUDONYM],
    ['vid', '7', 'domain_sessionidx', 7],
    ['ua', 'Mozilla/5.0', 'useragent', 'Mozilla/5.0'],
    ['url', 'https://shop.example/a', 'page_url', 'https://shop.example/a'],
    ['page', 'Cart', 'page_title', 'Cart'],
    ['refr', 'https://news.example/b', 'page_referrer', 'https://news.example/b'],
    ['lang', 'en-GB', 'br_lang', 'en-GB'],
    ['cookie', '1', 'br_cookies', true],
    ['cookie', '0', 'br_cookies', false],
    ['cd', '24', 'br_colordepth', 24],
    ['cs', 'UTF-8', 'doc_charset', 'UTF-8'],
    ['res', '1920x1080', 'dvce_screenwidth', 1920],
    ['res', '1920x1080', 'dvce_screenheight', 1080],
    ['vp', '1000x700', 'br_viewwidth', 1000],
    ['vp', '1000x700', 'br_viewheight', 700],
    ['ds', '1000x4000', 'doc_width', 1000],
    ['ds', '1000x4000', 'doc_height', 4000],
    ['f_pdf', '1', 'br_features_pdf', true],
    ['f_fla', '0', 'br_features_flash', false],
    ['f_java', '1', 'br_features_java', true],
    ['f_dir', '0', 'br_features_director', false],
    ['f_qt', '1', 'br_features_quicktime', true],
    ['f_realp', '0', 'br_features_realplayer', false],
    ['f_wma', '1', 'br_features_windowsmedia', true],
    ['f_gears', '0', 'br_features_gears', false],
    ['f_ag', '1', 'br_features_silverlight', true],
    ['se_ca', 'cart', 'se_category', 'cart'],
    ['se_ac', 'add', 'se_action', 'add'],
    ['se_la', 'kettle', 'se_label', 'kettle'],
    ['se_pr', 'red', 'se_property', 'red'],
    ['se_va', '2.5', 'se_value', 2.5],
    ['se_va', '-1e3', 'se_value', -1000],
    ['pp_mix', '0', 'pp_xoffset_min', 0],
    ['pp_max', '10', 'pp_xoffset_max', 10],
    ['pp_miy', '5', 'pp_yoffset_min', 5],
    ['pp_may', '500', 'pp_yoffset_max', 500],
    ['tr_id', 'order-1', 'tr_orderid', PSEUDONYM],
    ['tr_af', 'partner', 'tr_affiliation', 'partner'],
    ['tr_tt', '12.50', 'tr_total', '12.50'],
    ['tr_tx', '2.5', 'tr_tax', '2.5'],
    ['tr_sh', '3', 'tr_shipping', '3'],
    ['tr_co', 'France', 'tr_country', 'France'],
    ['tr_cu', 'EUR', 'tr_currency', 'EUR'],
    ['ti_id', 'order-1', 'ti_orderid', PSEUDONYM],
    ['ti_sk', 'K-1', 'ti_sku', 'K-1'],
    ['ti_nm', 'Kettle', 'ti_name', 'Kettle'],
    ['ti_na', 'Kettle', 'ti_name', 'Kettle'],
    ['ti_ca', 'kitchen', 'ti_category', 'kitchen'],
    ['ti_pr', '19.99', 'ti_price', '19.99'],
    ['ti_qu', '2', 'ti_quantity', 2],
    ['ti_cu', 'EUR', 'ti_currency', 'EUR'],
  ])('%s=%s is stored in %s', async (parameter, sent, column, stored) => {
    const event = await sandbox.good({ [parameter]: sent });
    expect(event[column]).toEqual(stored);
  });

  it('tr_ci and tr_st are taken and not stored: nothing finer than the country is kept', async () => {
    const event = await sandbox.good({ tr_ci: 'Reims', tr_st: 'Marne' });
    expect(JSON.stringify(event)).not.toMatch(/Reims|Marne/);
  });

  it.each(['ue_na', 'ctype', 'mac', 'ad_ad', 'ad_ba', 'ad_ca', 'ad_uid', 'sa', 'sn', 'sp', 'st'])(
    '%s of old trackers is allowed and left out',
    async (parameter) => {
      expect(JSON.stringify(await sandbox.good({ [parameter]: 'a-canary' }))).not.toContain('a-canary');
    },
  );

  it.each<[parameter: string, sent: string, column: string, stored: unknown]>([
    ['ev_ca', 'cart', 'se_category', 'cart'],
    ['ev_ac', 'add', 'se_action', 'add'],
    ['ev_la', 'kettle', 'se_label', 'kettle'],
    ['ev_pr', 'red', 'se_property', 'red'],
    ['ev_va', '2.5', 'se_value', 2.5],
    ['cv', 'clj-1.0', 'v_collector', 'clj-1.0'],
  ])('legacy %s of a query string is stored in %s', async (parameter, sent, column, stored) => {
    const { good } = await sandbox.ask({
      method: 'GET',
      path: '/i',
      query: { e: 'se', p: 'web', tv: 'old-1', aid: 'shop', [parameter]: sent },
    });
    expect(good.map((event) => event[column])).toEqual([stored]);
  });

  it('nuid gives way to tnuid', async () => {
    const other = '7f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a11';
    const both = await sandbox.good({ nuid: UUID, tnuid: other });
    const alone = await sandbox.good({ tnuid: other });
    expect(both['network_userid']).toBe(alone['network_userid']);
  });
});

describe('§3 types and bounds', () => {
  it.each<[parameter: string, sent: string, why: string]>([
    ['e', 'zz', 'no event type'],
    ['p', 'toaster', 'no platform'],
    ['p', 'WEB', 'platforms are in small letters'],
    ['eid', 'no-uuid', 'eid must be a UUID'],
    ['sid', 'no-uuid', 'sid must be a UUID'],
    ['dtm', 'yesterday', 'a time is in milliseconds'],
    ['dtm', '1.5', 'a time is a whole number'],
    ['dtm', '253402300800000', 'the year 10000 is out of bounds'],
    ['stm', '-62167219200001', 'the year -1 is out of bounds'],
    ['ttm', '0x10', 'a time is decimal'],
    ['vid', 'seven', 'an index is a whole number'],
    ['vid', '2147483648', 'an index has 31 bits'],
    ['cd', '24bit', 'a colour depth is a whole number'],
    ['cookie', 'yes', 'booleans are 0 or 1'],
    ['cookie', 'true', 'booleans are 0 or 1'],
    ['f_pdf', '2', 'booleans are 0 or 1'],
    ['f_java', '', 'booleans are 0 or 1'],
    ['res', '1920', 'dimensions are WxH'],
    ['res', '1920X1080', 'dimensions are joined by a small x'],
    ['vp', '10.5x10', 'dimensions are whole numbers'],
    ['ds', '-1x5', 'dimensions are not negative'],
    ['se_va', 'much', 'a value is a number'],
    ['se_va', '1e400', 'a value is finite'],
    ['se_va', 'NaN', 'a value is a number'],
    ['pp_mix', 'left', 'an offset is a whole number'],
    ['pp_may', '1.5', 'an offset is a whole number'],
    ['tr_tt', 'free', 'an amount is a decimal number'],
    ['tr_tx', '1,5', 'an amount has a point'],
    ['ti_pr', '€5', 'a price is a decimal number'],
    ['ti_qu', 'two', 'a quantity is a whole number'],
  ])('%s=%s fails: %s', async (parameter, sent) => {
    if (sent === '') {
      await sandbox.good({ [parameter]: sent }); // an empty parameter counts as not sent
      return;
    }
    const failed = await sandbox.failed({ [parameter]: sent });
    expect(failed.failures?.map(({ type, field }) => [type, field])).toEqual([
      ['tracker_protocol_violation', parameter],
    ]);
  });

  it.each<[column: string, parameter: string, longest: number]>([
    ['app_id', 'aid', 255],
    ['name_tracker', 'tna', 128],
    ['v_tracker', 'tv', 100],
    ['page_title', 'page', 2000],
    ['br_lang', 'lang', 255],
    ['os_timezone', 'tz', 255],
    ['doc_charset', 'cs', 128],
    ['useragent', 'ua', 1000],
    ['se_category', 'se_ca', 1000],
    ['se_action', 'se_ac', 1000],
    ['se_label', 'se_la', 4096],
    ['se_property', 'se_pr', 1000],
    ['tr_affiliation', 'tr_af', 255],
    ['ti_sku', 'ti_sk', 255],
    ['ti_name', 'ti_nm', 255],
    ['ti_category', 'ti_ca', 255],
  ])('atomic/1-0-0: %s holds what %s sends up to %d characters', async (column, parameter, longest) => {
    const event = await sandbox.good({ [parameter]: 'x'.repeat(longest) });
    expect(String(event[column])).toHaveLength(longest);
    const failed = await sandbox.failed({ [parameter]: 'x'.repeat(longest + 1) });
    expect(failed.failures).toHaveLength(1);
  });

  it.each(['aid', 'uid', 'page', 'se_la'])('tabs and line ends in %s become spaces', async (parameter) => {
    const withBreaks = await sandbox.good({ [parameter]: 'a\tb\r\nc' });
    const withSpaces = await sandbox.good({ [parameter]: 'a b  c' });
    expect({ ...withBreaks, ...volatile }).toEqual({ ...withSpaces, ...volatile });
  });

  it.each([
    ['a number', 7],
    ['a boolean', true],
    ['null', null],
    ['a list', ['x']],
    ['an object', {}],
  ])('a parameter that is %s and no text fails', async (_kind, value) => {
    const failed = await sandbox.failed({ page: value });
    expect(failed.failures?.map(({ type, field }) => [type, field])).toEqual([
      ['tracker_protocol_violation', 'page'],
    ]);
  });

  it.each(['tv', 'p', 'e'])('%s is required', async (parameter) => {
    const failed = await sandbox.failed({ [parameter]: undefined });
    expect(failed.failures?.map(({ field }) => field)).toContain(parameter);
  });

  it('a key that payload_data does not name fails', async () => {
    const failed = await sandbox.failed({ made_up: 'x' });
    expect(failed.failures?.map(({ field }) => field)).toEqual(['made_up']);
  });

  it('all problems of an event are reported together', async () => {
    const failed = await sandbox.failed({
      p: 'toaster',
      res: 'wide',
      se_va: 'much',
      ue_pr: 'no json',
      made_up: 'x',
    });
    expect(new Set(failed.failures?.map(({ field }) => field))).toEqual(
      new Set(['p', 'res', 'se_va', 'ue_pr', 'made_up']),
    );
  });
});

/** What differs between two events that are otherwise the same. */
const volatile = {
  event_id: null,
  event_fingerprint: null,
  payload_id: null,
  collector_tstamp: null,
  derived_tstamp: null,
  network_userid: null,
};

describe('§3 event types and platforms', () => {
  it.each([
    ['pv', 'page_view', 'com.snowplowanalytics.snowplow', 'page_view'],
    ['pp', 'page_ping', 'com.snowplowanalytics.snowplow', 'page_ping'],
    ['se', 'struct', 'com.google.analytics', 'event'],
    ['tr', 'transaction', 'com.snowplowanalytics.snowplow', 'transaction'],
    ['ti', 'transaction_item', 'com.snowplowanalytics.snowplow', 'transaction_item'],
    ['ad', 'ad_impression', 'com.snowplowanalytics.snowplow', 'ad_impression'],
    ['ev', 'struct', 'com.google.analytics', 'event'],
  ])('e=%s is a %s of %s/%s', async (e, event, event_vendor, event_name) => {
    expect(await sandbox.good({ e })).toMatchObject({
      event,
      event_vendor,
      event_name,
      event_format: 'jsonschema',
      event_version: '1-0-0',
    });
  });

  it('e=ue is named by its self-describing data', async () => {
    const ue_pr = JSON.stringify({
      schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
      data: {
        schema: 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1',
        data: { targetUrl: 'https://shop.example/' },
      },
    });
    expect(await sandbox.good({ e: 'ue', ue_pr })).toMatchObject({
      event: 'unstruct',
      event_vendor: 'com.snowplowanalytics.snowplow',
      event_name: 'link_click',
      event_version: '1-0-1',
    });
  });

  it.each(['web', 'mob', 'pc', 'srv', 'app', 'tv', 'cnsl', 'iot'])('p=%s is a platform', async (p) => {
    expect((await sandbox.good({ p }))['platform']).toBe(p);
  });
});
