import { Counter, Gauge } from 'prom-client';
import type { Registry } from '@headwater/service-kit';
import { LatencyHistogram } from './latency-histogram';

/** What a request was for, as a label. */
export type RequestKind = 'post' | 'pixel' | 'redirect' | 'preflight' | 'other' | 'broken';

/** Why the event of a link that was followed could not be taken. */
export type LostLink = 'rate' | 'outage' | 'defect';

/** What the collector holds at the moment of a scrape. */
export interface Levels {
  readonly inFlight: number;
  readonly bufferedBytes: number;
  readonly pendingBytes: number;
}

/** Prometheus metrics. Counted in plain numbers and handed over at a scrape: the client library is too slow for each request. */
export class CollectorMetrics {
  private readonly answers: Record<RequestKind, Map<number, number>> = {
    post: new Map(),
    pixel: new Map(),
    redirect: new Map(),
    preflight: new Map(),
    other: new Map(),
    broken: new Map(),
  };
  private readonly lostLinks: Record<LostLink, number> = { rate: 0, outage: 0, defect: 0 };
  private readonly seconds: LatencyHistogram;

  constructor(registry: Registry, levels: () => Levels) {
    const { answers, lostLinks } = this;
    new Counter({
      name: 'headwater_collector_requests_total',
      help: 'Answers by status code and kind of request; 499: the client went away before the end of its request.',
      labelNames: ['code', 'kind'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [kind, codes] of Object.entries(answers))
          for (const [code, count] of codes) this.inc({ kind, code }, count);
      },
    });
    new Counter({
      name: 'headwater_collector_lost_links_total',
      help: 'Links that were followed although their event could not be taken: the app is above its rate, the broker takes no records, or the collector failed.',
      labelNames: ['reason'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [reason, count] of Object.entries(lostLinks)) this.inc({ reason }, count);
      },
    });
    new Gauge({
      name: 'headwater_collector_in_flight_requests',
      help: 'Tracking requests that are being received, or wait for the broker.',
      registers: [registry],
      collect() {
        this.set(levels().inFlight);
      },
    });
    new Gauge({
      name: 'headwater_collector_receiving_bytes',
      help: 'Bytes of bodies that are still being received.',
      registers: [registry],
      collect() {
        this.set(levels().bufferedBytes);
      },
    });
    new Gauge({
      name: 'headwater_collector_pending_bytes',
      help: 'Bytes that wait for the acknowledgement of the broker.',
      registers: [registry],
      collect() {
        this.set(levels().pendingBytes);
      },
    });
    this.seconds = new LatencyHistogram(
      'headwater_collector_acknowledgement_seconds',
      'Time from the last byte of a request to the acknowledgement of the broker.',
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    ).registerIn(registry);
  }

  answered(kind: RequestKind, code: number): void {
    const codes = this.answers[kind];
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }

  lostLink(reason: LostLink): void {
    this.lostLinks[reason] += 1;
  }

  acknowledged(milliseconds: number): void {
    this.seconds.observe(milliseconds / 1_000);
  }
}
