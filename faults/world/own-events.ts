import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './until';
import type { World } from './world';

const POLL_MS = 500;
const LINK_CLICK = 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1';
const TP2 = 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4';
const UNSTRUCT = 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0';

/** Events of an app of their own, which the ledger does not know: for what a scenario does to events that must not disturb it. */
export class OwnEvents {
  readonly app = `own-${randomUUID().slice(0, 8)}`;

  constructor(private readonly world: World) {}

  /** The request of one event: a link click, with the target under the name that is given. */
  request(eventId: string, target = 'targetUrl'): string {
    const data = { schema: LINK_CLICK, data: { [target]: 'https://shop.example/pay' } };
    const event = {
      ...{ e: 'ue', p: 'web', tv: 'faults-1.0.0', aid: this.app, eid: eventId, dtm: String(Date.now()) },
      ue_pr: JSON.stringify({ schema: UNSTRUCT, data }),
    };
    return JSON.stringify({ schema: TP2, data: [event] });
  }

  /** Sends a request until it is answered 200. */
  async deliver(request: string): Promise<void> {
    for (;;) {
      try {
        const answer = await fetch(`${this.world.collectorUrl}/com.snowplowanalytics.snowplow/tp2`, {
          method: 'POST',
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: request,
          signal: AbortSignal.timeout(15_000),
        });
        await answer.arrayBuffer();
        if (answer.ok) return;
      } catch {
        // As a tracker: it is sent again.
      }
      await sleep(POLL_MS);
    }
  }

  /** Rows of these events in a table, and how many different events they are of. */
  rowsIn(table: 'events_stored' | 'failed_events_stored'): Promise<{ rows: number; events: number }> {
    return this.world.figures(
      `SELECT toFloat64(count()) AS rows, toFloat64(uniqExact(event_id)) AS events FROM ${table} WHERE app_id = {app:String}`,
      { app: this.app },
    );
  }

  /** Waits until a table has so many different ones. False when it does not within a minute. */
  arrive(table: 'events_stored' | 'failed_events_stored', count: number): Promise<boolean> {
    return until(async () => (await this.rowsIn(table)).events >= count, 60_000);
  }
}
