import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a sender knows of its events. */
export interface Sent {
  /** Ids of events whose payload got a 200. */
  readonly accepted: ReadonlySet<string>;
  /** Ids of accepted events that break their schema on purpose. */
  readonly bad: ReadonlySet<string>;
  /** Ids of events that were sent more than once because the first answer was not a 200. */
  readonly retried: number;
}

const EVENTS_A_POST = 5;
const BAD_ONE_IN = 20;

/** Sends events at a steady rate until told to stop; a payload that is not answered by 200 is sent again, as trackers do. */
export function sendSteadily(
  collectorUrl: string,
  appId: string,
  eventsPerSecond: number,
): { stop(): Promise<Sent> } {
  const accepted = new Set<string>();
  const bad = new Set<string>();
  let retried = 0;
  let sequence = 0;
  let stopping = false;

  const sendPayload = async (): Promise<void> => {
    const data = Array.from({ length: EVENTS_A_POST }, () => {
      sequence += 1;
      const isBad = sequence % BAD_ONE_IN === 0;
      const event = {
        schema: 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1',
        data: isBad ? { elementId: 'x' } : { targetUrl: `https://shop.example/${String(sequence)}` },
      };
      return {
        isBad,
        parameters: {
          e: 'ue',
          p: 'web',
          tv: 'load-1',
          aid: appId,
          eid: randomUUID(),
          ue_pr: JSON.stringify({
            schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
            data: event,
          }),
        },
      };
    });
    const body = JSON.stringify({
      schema: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4',
      data: data.map(({ parameters }) => parameters),
    });
    for (let attempt = 0; attempt < 120; attempt += 1) {
      const status = await fetch(`${collectorUrl}/com.snowplowanalytics.snowplow/tp2`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      }).then(
        async (answer) => {
          await answer.arrayBuffer();
          return answer.status;
        },
        () => 0,
      );
      if (status === 200) {
        for (const { isBad, parameters } of data) {
          accepted.add(parameters.eid);
          if (isBad) bad.add(parameters.eid);
        }
        return;
      }
      retried += 1;
      await sleep(250);
    }
    throw new Error('The collector did not answer 200 within 30 s.');
  };

  const isStopping = (): boolean => stopping;
  const inFlight = new Set<Promise<void>>();
  const loop = (async () => {
    const pauseMs = (1000 * EVENTS_A_POST) / eventsPerSecond;
    for (let next = performance.now(); !isStopping(); next += pauseMs) {
      const sending = sendPayload();
      inFlight.add(sending);
      void sending.finally(() => inFlight.delete(sending));
      await sleep(Math.max(0, next + pauseMs - performance.now()));
    }
    await Promise.all(inFlight);
  })();

  return {
    async stop() {
      stopping = true;
      await loop;
      return { accepted, bad, retried };
    },
  };
}
