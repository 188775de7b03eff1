import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 100;
const GIVE_UP_MS = 15_000;

/**
 * A tracker that sends one event after the other and remembers every answer. Its events belong to an app of their own, so the
 * ledger does not know them.
 */
export class Prober {
  private readonly answers: (number | 'none')[] = [];
  private readonly stopping = new AbortController();
  private readonly work: Promise<void>;

  constructor(private readonly collectorUrl: string) {
    this.work = this.run();
  }

  /** How often each status was answered; `none` where the connection ended, or nothing came within 15 s. */
  tally(): ReadonlyMap<number | 'none', number> {
    const counts = new Map<number | 'none', number>();
    for (const answer of this.answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
    return counts;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.work;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const answer = await this.probe();
      // What was cut off by the end of the probing says nothing.
      if (answer === 'none' && this.isStopping()) return;
      this.answers.push(answer);
      await sleep(PAUSE_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async probe(): Promise<number | 'none'> {
    const query = new URLSearchParams({
      e: 'pv',
      p: 'web',
      tv: 'faults-1.0.0',
      aid: 'prober',
      eid: randomUUID(),
      url: 'https://shop.example/',
    });
    try {
      const answer = await fetch(`${this.collectorUrl}/i?${query.toString()}`, {
        signal: AbortSignal.any([this.stopping.signal, AbortSignal.timeout(GIVE_UP_MS)]),
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 'none';
    }
  }
}

/** A tally in words: `200 × 31, 503 × 4`. */
export const inWords = (tally: ReadonlyMap<number | 'none', number>): string =>
  tally.size === 0
    ? 'no answers'
    : [...tally].map(([status, count]) => `${String(status)} × ${String(count)}`).join(', ');

/** Answers of the collector that no tracker should get: a 5xx other than 503. */
export const unwanted = (tally: ReadonlyMap<number | 'none', number>): number =>
  [...tally]
    .filter(([status]) => status !== 'none' && status >= 500 && status !== 503)
    .reduce((sum, [, count]) => sum + count, 0);
