import type { PayloadWriter, StrictJudge } from '@headwater/collector-server';
import { topics, type CollectorPayload, type FailedEvent, type Topic } from '@headwater/contracts';
import type { EventFile } from './event-file';
import type { EventStore } from './event-store';
import { badRecord, goodRecord, rawEventsOf, type EventRecord, type Mark } from './record';
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
      await this.keep([badRecord(value as FailedEvent, null, null, mark)]);
  }

  ready(): boolean {
    return true;
  }

  async drain(): Promise<void> {
    await this.parts.file?.settled();
  }

  private async judged(payload: CollectorPayload, mark: Mark): Promise<void> {
    const verdicts = await this.parts.judge.payload(payload);
    const raw = rawEventsOf(payload);
    const records = verdicts.flatMap((verdict, position): readonly EventRecord[] => {
      if (verdict.kind === 'dropped') {
        this.parts.store.drop();
        return [];
      }
      if (verdict.kind === 'ok') return [goodRecord(verdict.value, raw[position] ?? null, mark)];
      return [badRecord(verdict.value, payload, raw[position] ?? null, mark)];
    });
    await this.keep(records);
  }

  private async keep(records: readonly EventRecord[]): Promise<void> {
    if (records.length > 0) await this.parts.file?.append(records);
    for (const record of records) this.parts.store.add(record);
  }
}
