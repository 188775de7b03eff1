import { setTimeout as delay } from 'node:timers/promises';
import type { PayloadWriter } from '@headwater/collector-server';
import { topics } from '@headwater/contracts';
import { connectKafka, connectRegistry, TopicWriter } from '@headwater/kafka';
import type { Kit } from '@headwater/service-kit';
import { ServiceError } from '@headwater/stage';
import type { z } from 'zod';
import type { config } from './config';

/** Time between two attempts to reach a broker or registry that is down, milliseconds. */
const RETRY_MS = 2_000;

/**
 * The way to Kafka. It does not wait for the broker: without one the service starts, is not ready, answers 503 and
 * connects as soon as it can.
 */
export function openTopicWriter(settings: z.infer<typeof config>, kit: Kit): PayloadWriter {
  const writer = new TopicWriter({
    kafka: connectKafka(settings.kafka, kit),
    registry: connectRegistry(settings.registry, kit),
    topics: [topics.collectorPayloads, topics.failedEvents, topics.stageCounts],
    log: kit.log,
    metrics: kit.metrics,
    ...settings.writer,
  });
  void connect(writer, kit);
  return writer;
}

async function connect(writer: TopicWriter, kit: Kit): Promise<void> {
  for (;;) {
    try {
      await writer.connect();
      return;
    } catch (error) {
      if (!(error instanceof ServiceError && error.retriable)) kit.fatal(error);
      kit.log.warn(
        { code: error.code },
        `The collector is not ready and tries again every ${String(RETRY_MS)} ms: ${error.message}`,
      );
      await delay(RETRY_MS);
    }
  }
}
