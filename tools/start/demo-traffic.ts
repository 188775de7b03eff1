import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildPageView,
  buildSelfDescribingEvent,
  buildStructEvent,
  newTracker,
  type Tracker,
} from '@snowplow/node-tracker';

const PAGES = [
  { path: '/', title: 'Home' },
  { path: '/search', title: 'Search' },
  { path: '/product/kettle', title: 'Kettle' },
  { path: '/product/teapot', title: 'Teapot' },
  { path: '/cart', title: 'Cart' },
] as const;
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
] as const;
const CAMPAIGNS = [
  '',
  '',
  '',
  '?utm_source=newsletter&utm_medium=email&utm_campaign=autumn',
  '?utm_source=search&utm_medium=cpc&gclid=demo',
] as const;
/** One event in so many breaks its schema, so that the dead-letter topic has something to show. */
const BAD_ONE_IN = 25;
const VISITORS = 12;

export interface DemoTraffic {
  /** Stops the visitors and sends what is buffered. */
  stop(): Promise<void>;
}

/**
 * Visitors of a small shop, tracked by the real Node tracker: some come back for another session; they view pages, click,
 * search, and now and then send a mistake.
 */
export function startDemoTraffic(collectorUrl: string): DemoTraffic {
  const stopped = new AbortController();
  const visitors = Array.from({ length: VISITORS }, () => visit(collectorUrl, stopped.signal));
  return {
    async stop() {
      stopped.abort();
      await Promise.all(visitors);
    },
  };
}

async function visit(collectorUrl: string, signal: AbortSignal): Promise<void> {
  for (let goesOn = true; goesOn;) {
    const visitor = newVisitor();
    for (let session = 1; goesOn && session <= visitor.sessions; session += 1)
      goesOn = await browse(newSession(collectorUrl, visitor, session), signal);
  }
}

/** One session; false when the demo stops. */
async function browse(tracker: Tracker, signal: AbortSignal): Promise<boolean> {
  const pages = randomInt(2, 8);
  let goesOn = true;
  for (let page = 0; goesOn && page < pages; page += 1) {
    view(tracker);
    goesOn = await pauses(randomInt(200, 1500), signal);
    if (goesOn) {
      act(tracker);
      goesOn = await pauses(randomInt(200, 2500), signal);
    }
  }
  await tracker.flush();
  return goesOn;
}

interface Visitor {
  readonly id: string;
  readonly customer: string | null;
  readonly agent: string;
  readonly sessions: number;
}

const newVisitor = (): Visitor => ({
  id: randomUUID(),
  customer: randomInt(3) === 0 ? `customer-${String(randomInt(500))}` : null,
  agent: pick(AGENTS),
  sessions: randomInt(1, 4),
});

function newSession(collectorUrl: string, visitor: Visitor, session: number): Tracker {
  const tracker = newTracker(
    { namespace: 'demo', appId: 'demo-shop', encodeBase64: true },
    { endpoint: collectorUrl, eventMethod: 'post', bufferSize: randomInt(1, 5) },
  );
  tracker.setPlatform('web');
  tracker.setUseragent(visitor.agent);
  tracker.setLang('en-GB');
  tracker.setScreenResolution('1920', '1080');
  tracker.setDomainUserId(visitor.id);
  tracker.setSessionId(randomUUID());
  tracker.setSessionIndex(session);
  if (visitor.customer !== null) tracker.setUserId(visitor.customer);
  return tracker;
}

function view(tracker: Tracker): void {
  const page = pick(PAGES);
  tracker.track(
    buildPageView({
      pageUrl: `https://shop.example${page.path}${pick(CAMPAIGNS)}`,
      pageTitle: page.title,
      referrer: 'https://search.example/',
    }),
    [{ schema: 'iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0', data: { id: randomUUID() } }],
  );
}

function act(tracker: Tracker): void {
  if (randomInt(BAD_ONE_IN) === 0) {
    // A link click without its target: the schema asks for one.
    tracker.track(
      selfDescribing('com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1', { elementId: 'buy' }),
    );
    return;
  }
  const actions = [
    () =>
      tracker.track(
        selfDescribing('com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1', {
          targetUrl: 'https://shop.example/cart',
        }),
      ),
    () =>
      tracker.track(
        selfDescribing('com.snowplowanalytics.snowplow/site_search/jsonschema/1-0-0', {
          terms: ['kettle'],
          totalResults: randomInt(30),
        }),
      ),
    () =>
      tracker.track(
        buildStructEvent({ category: 'cart', action: 'add', label: 'kettle', value: randomInt(1, 4) }),
      ),
  ];
  pick(actions)();
}

const selfDescribing = (
  key: string,
  data: Record<string, unknown>,
): ReturnType<typeof buildSelfDescribingEvent> =>
  buildSelfDescribingEvent({ event: { schema: `iglu:${key}`, data } });

const pick = <T>(items: readonly T[]): T => items[randomInt(items.length)] as T;

/** Waits; false when it was interrupted because the demo stops. */
const pauses = (ms: number, signal: AbortSignal): Promise<boolean> =>
  sleep(ms, undefined, { signal }).then(
    () => true,
    () => false,
  );
