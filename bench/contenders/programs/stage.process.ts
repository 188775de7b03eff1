/**
 * The bare stage: kafkajs to kafkajs, one transaction a batch holds output and offsets, and between the two nothing happens but
 * Avro. `EVENTS_PER_RECORD=0` decodes an enriched event and encodes it again (what the validator cannot do without). Any other
 * number decodes a collector payload and encodes so many ready-made enriched events (what the enricher cannot do without); the
 * ready-made ones are real: the first of what the enricher itself wrote, in `TEMPLATES`.
 */
import { readFileSync } from 'node:fs';
import { keyOf, topics, type CollectorPayload, type EnrichedEvent } from '@headwater/contracts';
import type { EachBatchPayload, Message, Producer } from 'kafkajs';
import { eventId, numberOf } from '../../data/event-ids';
import { PlainAvro, schemaIdOf } from './plain-avro';
import { compressionOf, plainKafka } from './plain-kafka';
import { numberSetting, setting } from './settings';

/** As our stages read. */
const FETCH = { maxBytesPerPartition: 512 * 1024, minBytes: 512 * 1024, maxWaitTimeInMs: 50 } as const;

const SEND_RECORDS = 1_000;

/** The records of one input record. */
type Work = (value: Buffer) => Message[];

async function main(): Promise<void> {
  const kafka = plainKafka(setting('BROKERS'));
  const [input, output, groupId] = [setting('INPUT'), setting('TOPIC'), setting('GROUP')];
  const compression = compressionOf(setting('COMPRESSION'));
  const work = await openWork();

  const producer: Producer = kafka.producer({
    transactionalId: `${groupId}-transactions`,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  const consumer = kafka.consumer({
    groupId,
    readUncommitted: false,
    allowAutoTopicCreation: false,
    ...FETCH,
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [input], fromBeginning: true });

  const eachBatch = async ({ batch }: EachBatchPayload): Promise<void> => {
    const transaction = await producer.transaction();
    const messages = batch.messages.flatMap(({ value }) => (value ? work(value) : []));
    // Cut, because all that goes to a partition in one send is one record batch, which brokers limit.
    for (let from = 0; from < messages.length; from += SEND_RECORDS)
      await transaction.send({
        topic: output,
        acks: -1,
        compression,
        messages: messages.slice(from, from + SEND_RECORDS),
      });
    await transaction.sendOffsets({
      consumerGroupId: groupId,
      topics: [
        {
          topic: batch.topic,
          partitions: [{ partition: batch.partition, offset: String(BigInt(batch.lastOffset()) + 1n) }],
        },
      ],
    });
    await transaction.commit();
  };
  // One transaction at a time is all that a kafkajs producer can hold.
  await consumer.run({ autoCommit: false, partitionsConsumedConcurrently: 1, eachBatch });
}

async function openWork(): Promise<Work> {
  const registry = setting('REGISTRY');
  const events = new PlainAvro('EnrichedEvent', await schemaIdOf(registry, topics.enrichedEvents.name));
  const message = (event: EnrichedEvent): Message => ({
    key: keyOf(topics.enrichedEvents, event),
    value: events.encode(event),
  });
  const eventsPerRecord = numberSetting('EVENTS_PER_RECORD');
  if (eventsPerRecord === 0) return (value) => [message(events.decode(value) as EnrichedEvent)];

  const run = setting('RUN');
  const payloads = new PlainAvro(
    'CollectorPayload',
    await schemaIdOf(registry, topics.collectorPayloads.name),
  );
  const templates = (JSON.parse(readFileSync(setting('TEMPLATES'), 'utf8')) as string[]).map(
    (text) => events.decode(Buffer.from(text, 'base64')) as EnrichedEvent & { event_id: string },
  );
  return (value) => {
    const first = numberOf((payloads.decode(value) as CollectorPayload).payload_id, run);
    const messages: Message[] = [];
    for (let number = first; number < first + eventsPerRecord; number += 1) {
      const event = templates[number % templates.length];
      if (event === undefined) continue;
      event.event_id = eventId(run, number);
      messages.push(message(event));
    }
    return messages;
  };
}

void main();
