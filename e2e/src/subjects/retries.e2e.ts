import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildStructEvent, newTracker } from '@snowplow/node-tracker';
import type { Browser, Page } from 'playwright-core';
import { startBrowser, withTrackedPage } from '../browser';
import { faults, FlakyFront, type Fault } from '../flaky-front';
import { eventually, type Headwater } from '../harness';
import { python } from '../python';

const ACTIONS = 12;
const PAUSE_MS = 1_500;

/** What goes on tracking while its collector is in trouble: {@link ACTIONS} events, numbered. */
type Visitor = (collectorUrl: string, appId: string, browser: Browser) => Promise<void>;

const stay = (page: Page): Promise<void> => page.waitForTimeout((ACTIONS + 2) * PAUSE_MS);

const visitors: Readonly<Record<string, Visitor>> = {
  'the browser tracker': (url, appId, browser) => withTrackedPage(url, appId, stay, 'retries.ts', browser),
  "GitLab's browser SDK": (url, appId, browser) =>
    withTrackedPage(url, appId, stay, 'gitlab-retries.ts', browser),
  'the Node tracker': async (endpoint, appId) => {
    let accepted = 0;
    const tracker = newTracker(
      { namespace: 'nt', appId },
      {
        endpoint,
        eventMethod: 'post',
        bufferSize: 1,
        connectionTimeout: 3_000,
        onRequestSuccess: (batch) => {
          accepted += batch.length;
        },
      },
    );
    for (let action = 0; action < ACTIONS; action += 1) {
      tracker.track(buildStructEvent({ category: 'retries', action: String(action) }));
      await sleep(PAUSE_MS);
    }
    // While it holds something it tries again without a pause, also when its collector is gone for good and the test is over.
    await eventually(
      async () => {
        await tracker.flush();
        return accepted;
      },
      (events) => events >= ACTIONS,
    );
  },
  'the Python tracker': async (url, appId) => {
    await python('track_through_trouble.py', url, appId, 'snowplow');
  },
  "GitLab's Python SDK": async (url, appId) => {
    await python('track_through_trouble.py', url, appId, 'gitlab');
  },
};

/**
 * Trackers keep what they could not send and send it again. Every fault is met by every tracker, all at the same time,
 * since most of it is waiting: what counts is that no event is missing at the end, and none is there twice.
 *
 * @param meanwhile what is tested during that time
 */
export const retries = (installation: () => Headwater, meanwhile: () => void): void => {
  describe('while trackers try again', () => {
    const run = randomUUID().slice(0, 8);
    let headwater: Headwater;
    let browser: Browser;
    let visits: ReadonlyMap<string, Promise<readonly (readonly [Fault, number])[]>>;

    beforeAll(async () => {
      // The Node tracker says so each time that it gives up waiting, which is what happens here on purpose.
      jest.spyOn(console, 'error').mockImplementation();
      headwater = installation();
      browser = await startBrowser();
      visits = new Map(
        Object.entries(visitors).map(([name, visitor], index) => {
          const visit = Promise.all(
            faults.map((fault) => through(fault, visitor, `${fault}-${String(index)}${run}`)),
          );
          visit.catch(() => undefined); // the test that waits for it reports it
          return [name, visit];
        }),
      );
    });

    afterAll(async () => {
      await Promise.allSettled(visits.values());
      await browser.close();
      jest.restoreAllMocks();
    });

    meanwhile();

    it.each(Object.keys(visitors))('%s loses nothing and doubles nothing', async (name) => {
      // A fault that nobody met would prove nothing.
      expect(await visits.get(name)).toEqual(faults.map((fault) => [fault, fault === 'down' ? 0 : 2]));
      const suffix = `-${String(Object.keys(visitors).indexOf(name))}${run}`;
      const rows = await eventually(
        () => headwater.query<Loaded>(LOADED, { suffix }),
        (found) => found.length === faults.length && found.every(({ ids }) => Number(ids) >= ACTIONS),
      );
      expect(rows.map(({ fault, ids, copies }) => [fault, Number(ids), Number(copies)])).toEqual(
        [...faults].sort().map((fault) => [fault, ACTIONS, ACTIONS]),
      );
    });

    /** @returns the fault, and how many requests met it */
    async function through(fault: Fault, visitor: Visitor, appId: string): Promise<readonly [Fault, number]> {
      const front = await FlakyFront.start(headwater.collectorUrl, fault);
      try {
        await visitor(front.url, appId, browser);
        return [fault, front.met];
      } finally {
        await front.stop();
      }
    }
  });
};

interface Loaded {
  readonly fault: string;
  readonly ids: string;
  readonly copies: string;
}

/** From the table below the view: a second copy would show. */
const LOADED = `
  SELECT substring(app_id, 1, position(app_id, '-') - 1) AS fault, count(DISTINCT event_id) AS ids, count() AS copies
  FROM events_stored
  WHERE endsWith(app_id, {suffix:String}) AND event_name IN ('event', 'custom_event')
  GROUP BY fault ORDER BY fault`;
