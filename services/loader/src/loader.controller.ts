import {
  topics,
  type EnrichedEvent,
  type FailedEvent,
  type QualityAlert,
  type StageCounts,
} from '@headwater/contracts';
import type { RangedBatchMark } from '@headwater/kafka';
import { tables, type AnyTable } from '@headwater/loading';
import type { StreamedBatch } from '@headwater/stage';
import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Loader } from './loader';
import { LoaderMetrics } from './loader-metrics';

type Marked<T> = StreamedBatch<T> & RangedBatchMark;

/** One handler a topic. A batch is done when its handler resolves: only then is its range committed. */
@Controller()
export class LoaderController {
  constructor(
    @Inject(Loader) private readonly loader: Loader,
    @Inject(LoaderMetrics) private readonly metrics: LoaderMetrics,
  ) {}

  @EventPattern(topics.validEvents.name)
  onEvents(@Payload() batch: Marked<EnrichedEvent>): Promise<void> {
    this.note(batch, tables.events);
    return this.loader.events(batch);
  }

  @EventPattern(topics.failedEvents.name)
  onFailedEvents(@Payload() batch: Marked<FailedEvent>): Promise<void> {
    this.note(batch, tables.failedEvents);
    return this.loader.failedEvents(batch);
  }

  @EventPattern(topics.stageCounts.name)
  onStageCounts(@Payload() batch: Marked<StageCounts>): Promise<void> {
    this.note(batch, tables.stageCounts);
    return this.loader.records(batch, tables.stageCounts);
  }

  @EventPattern(topics.qualityAlerts.name)
  onQualityAlerts(@Payload() batch: Marked<QualityAlert>): Promise<void> {
    this.note(batch, tables.qualityAlerts);
    return this.loader.records(batch, tables.qualityAlerts);
  }

  private note({ recovered }: RangedBatchMark, table: AnyTable): void {
    if (recovered) this.metrics.batchRecovered(table);
  }
}
