/**
 * What the trackers put on the wire, as captured from `@gitlab/application-sdk-browser` 0.3.4 in Chromium (js-4.3.0),
 * `gitlab-sdk` 0.2.6 and `snowplow-tracker` 1.1.0 from PyPI (py-1.1.0): the same keys, nesting and types, with made-up
 * values. `ue_pr`/`ue_px` and `co`/`cx` are shown decoded, as `event` and `contexts`.
 */
export interface CapturedEvent {
  /** Program and mode it was sent in. */
  readonly sender: string;
  /** The call that made it. */
  readonly call: string;
  /** The parameters of the event beside `ue_*` and `c*`. */
  readonly params: Readonly<Record<string, string>>;
  readonly event?: SelfDescribing;
  /** The contexts in their envelope. */
  readonly contexts?: Contexts;
}

export interface Contexts {
  readonly schema: string;
  readonly data: readonly SelfDescribing[];
}

export interface SelfDescribing {
  readonly schema: string;
  readonly data: unknown;
}

const pageView = '3f1f2a1c-7d0b-4c52-9b5e-0d6f6a1b2c3d';
const visitor = 'a8b7c6d5-1e2f-4a3b-8c9d-0e1f2a3b4c5d';

const page = {
  eid: '11111111-2222-4333-8444-555555555555',
  tv: 'js-4.3.0',
  tna: 'gitlab',
  aid: 'shop',
  p: 'web',
  cookie: '1',
  cs: 'windows-1252',
  lang: 'en-US',
  res: '1280x720',
  cd: '24',
  tz: 'UTC',
  dtm: '1700000000000',
  vp: '1280x720',
  ds: '1280x3016',
  url: 'http://localhost:8080/page?step=2',
  stm: '1700000000024',
};
/** Without consent the SDK sends neither `uid`, `duid`, `sid` nor `vid`, but still the user context. */
const consented = {
  ...page,
  vid: '1',
  sid: '22222222-3333-4444-8555-666666666666',
  duid: visitor,
  uid: 'user-1',
};

const contextsOf = (tabId: string | null, ...more: readonly SelfDescribing[]): Contexts => ({
  schema: 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0',
  data: [
    { schema: 'iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0', data: { id: pageView } },
    {
      schema: 'iglu:com.snowplowanalytics.snowplow/browser_context/jsonschema/2-0-0',
      data: {
        viewport: '1280x720',
        documentSize: '1280x3016',
        resolution: '1280x720',
        colorDepth: 24,
        devicePixelRatio: 1,
        cookiesEnabled: true,
        online: true,
        browserLanguage: 'en-US',
        documentLanguage: 'en',
        webdriver: true,
        deviceMemory: 16,
        hardwareConcurrency: 2,
        tabId,
      },
    },
    {
      schema: 'iglu:org.ietf/http_client_hints/jsonschema/1-0-0',
      data: {
        isMobile: false,
        brands: [
          { brand: 'Not:A-Brand', version: '8' },
          { brand: 'Chromium', version: '156' },
        ],
      },
    },
    {
      schema: 'iglu:org.w3/PerformanceTiming/jsonschema/1-0-0',
      data: {
        navigationStart: 1700000000000,
        redirectStart: 0,
        redirectEnd: 0,
        fetchStart: 1700000000001,
        domainLookupStart: 1700000000030,
        domainLookupEnd: 1700000000030,
        connectStart: 1700000000030,
        secureConnectionStart: 0,
        connectEnd: 1700000000031,
        requestStart: 1700000000031,
        responseStart: 1700000000041,
        responseEnd: 1700000000042,
        unloadEventStart: 0,
        unloadEventEnd: 0,
        domLoading: 1700000000073,
        domInteractive: 1700000000193,
        domContentLoadedEventStart: 1700000000193,
        domContentLoadedEventEnd: 1700000000194,
        domComplete: 1700000000196,
        loadEventStart: 1700000000196,
        loadEventEnd: 1700000000196,
      },
    },
    ...more,
  ],
});

const identified: SelfDescribing = {
  schema: 'iglu:com.gitlab/user_context/jsonschema/1-0-0',
  data: { user_name: 'Jane', plan: 'gold', age: 33, tags: ['a'], nested: { x: null } },
};
const purchased: SelfDescribing = {
  schema: 'iglu:com.gitlab/custom_event/jsonschema/1-0-0',
  data: {
    name: 'purchased',
    props: { sku: 'A1', price: 9.5, ok: true, none: null, list: [1], deep: { a: 1 } },
  },
};
const bare: SelfDescribing = {
  schema: 'iglu:com.gitlab/custom_event/jsonschema/1-0-0',
  data: { name: 'bare', props: {} },
};

const script = {
  eid: '33333333-4444-4555-8666-777777777777',
  tv: 'py-1.1.0',
  p: 'pc',
  dtm: '1700000000000',
  stm: '1700000000000',
};
const gitlabScript = { ...script, tna: 'gitlab', aid: 'shop' };

const withoutConsent = 'GitLab Browser SDK, no consent';
const withConsent = 'GitLab Browser SDK, consent';
const python = 'gitlab-sdk for Python';

export const capturedEvents: readonly CapturedEvent[] = [
  {
    sender: withoutConsent,
    call: 'page()',
    params: { e: 'pv', page: 'Shop', ...page },
    contexts: contextsOf(null),
  },
  {
    sender: withoutConsent,
    call: "track('purchased', {…}) after identify(id, {…})",
    params: { e: 'ue', ...page },
    event: purchased,
    contexts: contextsOf(null, identified),
  },
  {
    sender: withConsent,
    call: 'page()',
    params: { e: 'pv', page: 'Shop', ...consented },
    contexts: contextsOf(visitor),
  },
  {
    sender: withConsent,
    call: "track('bare')",
    params: { e: 'ue', ...consented },
    event: bare,
    contexts: contextsOf(visitor, identified),
  },
  {
    sender: withConsent,
    call: 'trackError({…})',
    params: { e: 'ue', ...consented },
    event: {
      schema: 'iglu:com.snowplowanalytics.snowplow/application_error/jsonschema/1-0-1',
      data: {
        programmingLanguage: 'JAVASCRIPT',
        message: 'boom',
        stackTrace: 'Error: boom\n    at shop (shop.js:3:5)',
        lineNumber: 3,
        lineColumn: 5,
        fileName: 'shop.js',
      },
    },
    contexts: contextsOf(visitor, identified),
  },
  {
    sender: withConsent,
    call: 'an uncaught error in the page',
    params: { e: 'ue', refr: page.url, ...consented },
    event: {
      schema: 'iglu:com.snowplowanalytics.snowplow/application_error/jsonschema/1-0-1',
      data: {
        programmingLanguage: 'JAVASCRIPT',
        message: 'Uncaught TypeError: uncaught',
        stackTrace: 'TypeError: uncaught\n    at <anonymous>:1:34',
        lineNumber: 1,
        lineColumn: 34,
        fileName: '',
      },
    },
    contexts: contextsOf(visitor, identified),
  },
  {
    sender: withConsent,
    call: 'a click on a link of the page',
    params: { e: 'ue', ...consented },
    event: {
      schema: 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1',
      data: {
        targetUrl: 'http://localhost:8080/page?step=2#there',
        elementId: 'out',
        elementClasses: ['big', 'link'],
        elementTarget: '_self',
      },
    },
    contexts: contextsOf(visitor, identified),
  },
  {
    sender: withConsent,
    call: 'a page ping',
    params: { e: 'pp', page: 'Shop', refr: page.url, pp_miy: '400', pp_may: '800', ...consented },
    contexts: contextsOf(visitor, identified),
  },
  {
    sender: python,
    call: "track('bare')",
    params: { e: 'ue', ...gitlabScript },
    event: bare,
  },
  {
    sender: python,
    call: "track('purchased', {…}) after identify(id)",
    params: { e: 'ue', uid: 'user-1', ...gitlabScript },
    event: purchased,
  },
  {
    sender: python,
    call: "track('purchased', {…}) after identify(id, {…})",
    params: { e: 'ue', uid: 'user-1', ...gitlabScript },
    event: purchased,
    contexts: {
      schema: 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1',
      data: [
        {
          schema: 'iglu:com.gitlab/user_context/jsonschema/1-0-0',
          data: { user_name: 'Jane', plan: 'gold', age: 3 },
        },
      ],
    },
  },
  {
    sender: 'snowplow-tracker for Python',
    call: 'ScreenView(…)',
    params: { e: 'ue', tna: 'ns', aid: 'shop', ...script },
    event: {
      schema: 'iglu:com.snowplowanalytics.mobile/screen_view/jsonschema/1-0-0',
      data: { id: pageView, name: 'Start', previousName: 'Login' },
    },
  },
];
