import { setTimeout as sleep } from 'node:timers/promises';
import { eventId } from '../data/event-ids';
import { chanceFrom, TP2_PATH, tp2Body, visitor } from '../data/events';
import type { Latency } from '../load/protocol';
import { percentileOf } from '../measure/statistics';
import { newRun, sql, type Workbench } from '../workbench';

/** App of the probes: they are few in it, so that looking for them costs the engine next to nothing. */
const PROBE_APP = 'headwater-probe';
const EVERY_MS = 100;
/**
 * Time between two looks, milliseconds: a delay is measured this much too long at most. Looking more often would be felt: with
 * a look every 50 ms the engine spends a fifth of a processor on them.
 */
const LOOK_MS = 200;
/** How long a probe may take at all, milliseconds. */
const PATIENCE_MS = 60_000;

export interface Probed {
  readonly sent: number;
  /** Of them found in the table. */
  readonly seen: number;
  readonly latency: Latency | null;
}

/** Sends an event every 100 ms and looks for it in the view that people query, from before the request until it is there. */
export async function probe(bench: Workbench, collectorUrl: string, seconds: number): Promise<Probed> {
  const run = newRun();
  const waiting = new Map<string, number>();
  const delays: number[] = [];
  const chance = chanceFrom(1);
  const who = visitor(chance, PROBE_APP);
  let sent = 0;

  const send = async (): Promise<void> => {
    const id = eventId(run, sent);
    const body = tp2Body(chance, who, 1, run, sent, Date.now());
    sent += 1;
    waiting.set(id, performance.now());
    const answer = await fetch(`${collectorUrl}${TP2_PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': who.userAgent },
      body: new Uint8Array(body),
    });
    await answer.arrayBuffer();
  };
  const look = async (): Promise<void> => {
    if (waiting.size === 0) return;
    const ids = [...waiting.keys()].map((id) => `'${id}'`).join(',');
    const rows = await sql(
      bench,
      `SELECT toString(event_id) FROM headwater.events WHERE app_id = '${PROBE_APP}' AND event_id IN (${ids}) FORMAT TabSeparated`,
    );
    const now = performance.now();
    for (const [id = ''] of rows) {
      delays.push(now - (waiting.get(id) ?? now));
      waiting.delete(id);
    }
  };

  const requests: Promise<void>[] = [];
  const begun = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - begun < seconds * 1000) requests.push(send().catch(() => undefined)); // then it is never seen
  }, EVERY_MS);
  while (performance.now() - begun < seconds * 1000 || waiting.size > 0) {
    const elapsed = performance.now() - begun;
    if (elapsed > seconds * 1000 + PATIENCE_MS) break;
    await look();
    await sleep(LOOK_MS);
  }
  clearInterval(timer);
  await Promise.all(requests);
  const [p50, p99, p999] = [50, 99, 99.9].map((percent) => percentileOf(delays, percent));
  return {
    sent,
    seen: delays.length,
    latency: p50 == null || p99 == null || p999 == null ? null : { p50, p99, p999 },
  };
}
