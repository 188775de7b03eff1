import { topics, type StageCounts } from '@headwater/contracts';
import { minuteOf } from '@headwater/stage';
import type { Logger } from '@headwater/service-kit';
import type { PayloadWriter } from './payload-writer';
import type { RequestCounts } from './request-counts';

/**
 * Writes the counts at an interval. A minute without requests is written too: no traffic is not the same as no
 * collector. What could not be written is kept and sent again under the same id.
 */
export class CountsPublisher {
  private unsent: readonly StageCounts[] = [];
  private running: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private lastMinute = -1;

  constructor(
    private readonly counts: RequestCounts,
    private readonly writer: Pick<PayloadWriter, 'write'>,
    private readonly log: Logger,
    private readonly now: () => number,
  ) {}

  start(intervalMs: number): void {
    this.timer = setInterval(() => void this.publish(), intervalMs);
    this.timer.unref();
  }

  /** Stops the interval and writes what is left. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.running;
    await this.publish();
  }

  /** One attempt; never rejects. */
  publish(): Promise<void> {
    this.running ??= this.attempt().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async attempt(): Promise<void> {
    if (this.unsent.length === 0) this.unsent = this.takeCounts();
    try {
      for (const summary of this.unsent) {
        await this.writer.write(topics.stageCounts, summary);
        this.unsent = this.unsent.filter((other) => other !== summary);
      }
    } catch (error) {
      this.log.warn({ err: error }, 'Stage counts could not be written; they are kept and sent later.');
    }
  }

  private takeCounts(): readonly StageCounts[] {
    const now = this.now();
    if (minuteOf(now) !== this.lastMinute) this.counts.at(now);
    this.lastMinute = minuteOf(now);
    return this.counts.take();
  }
}
