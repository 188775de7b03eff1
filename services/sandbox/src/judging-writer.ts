import type { PayloadWriter, StrictJudge } from '@headwater/collector-server';
import { topics, type CollectorPayload, type FailedEvent, type Topic } from '@headwater/contracts';
import type { EventFile } from './event-file';
import type { EventStore } from './event-store';
import {
  badRecord,
  goodRecord,
  rawEventsOf,
  shownPayload,
  type EventRecord,
  type Mark,
  type ShownPayload,
} from './record';
import { currentTestId } from './test-id';

export interface JudgingParts {
  readonly judge: StrictJudge;
  readonly store: EventStore;
  /** Where events are kept on disk; null: nowhere. */
  readonly file: EventFile | null;
  /** Current time, milliseconds. */
  readonly now: () => number;
}

/**
 * What the collector writes to in the sandbox, where others have Kafka: every payload is judged at once by the functions of
 * enricher and validator, so that an answered event can be asked for.
 */
export class JudgingWriter implements PayloadWriter {
  readonly pendingBytes = 0;

  constructor(private readonly parts: JudgingParts) {}

  async write(topic: Topic, value: object): Promise<void> {
    const mark: Mark = { at: this.parts.now(), testId: currentTestId() };
    if (topic.name === topics.collectorPayloads.name) await this.judged(value as CollectorPayload, mark);
    else if (topic.name === topics.failedEvents.name)
      await this.keep(badRecord(value as FailedEvent, null, null, mark));
  }

  notReady(): null {
    return null;
  }

  async drain(): Promise<void> {
    await this.parts.file?.settled();
  }

  private async judged(payload: CollectorPayload, mark: Mark): Promise<void> {
    const verdicts = await this.parts.judge.payload(payload);
    const raw = rawEventsOf(payload);
    const bad = verdicts.filter(({ kind }) => kind === 'failed').length;
    let shown: ShownPayload | null = null;
    for (const [position, verdict] of verdicts.entries()) {
      // One at a time, so that the store can forget the first before the last is made.
      if (verdict.kind === 'dropped') this.parts.store.drop();
      else if (verdict.kind === 'ok') await this.keep(goodRecord(verdict.value, raw[position] ?? null, mark));
      else {
        shown ??= shownPayload(payload, bad);
        await this.keep(badRecord(verdict.value, shown, raw[position] ?? null, mark));
      }
    }
  }

  private async keep(record: EventRecord): Promise<void> {
    await this.parts.file?.append(record);
    this.parts.store.add(record);
  }
}
