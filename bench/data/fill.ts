import { collect, type CollectionPolicy } from '@headwater/collection';
import { topics } from '@headwater/contracts';
import type { Message } from 'kafkajs';
import { PlainAvro, schemaIdOf } from '../contenders/programs/plain-avro';
import { compressionOf } from '../contenders/programs/plain-kafka';
import type { Broker } from './broker';
import { eventId } from './event-ids';
import { browserHeaders, chanceFrom, TP2_PATH, tp2Body, visitor } from './events';

/** Bytes of one send: about what the collector's batches have under load. */
const SEND_BYTES = 1024 * 1024;
const VISITORS = 2_000;

export interface Filling {
  readonly registryUrl: string;
  readonly run: string;
  /** Number of the first event. */
  readonly first: number;
  readonly events: number;
  readonly eventsPerPayload: number;
  readonly now: number;
}

const policy: CollectionPolicy = {
  processor: 'headwater-bench/0',
  address: { trustedProxies: null, header: 'any' },
  cookie: {
    enabled: false,
    name: 'sp',
    clientName: null,
    maxAgeSeconds: 0,
    domains: [],
    fallbackDomain: null,
    sameSite: 'Lax',
    secure: true,
  },
  bounce: null,
  keptCookies: [],
  maximumBodyBytes: topics.collectorPayloads.maxMessageBytes,
  maximumRecordBytes: topics.collectorPayloads.maxMessageBytes,
};

/**
 * Writes what the collector would have written for browsers that sent these events: its own code makes the payloads. The id of
 * a payload is that of its first event.
 *
 * @returns the number of payloads
 */
export async function fillCollectorPayloads(broker: Broker, filling: Filling): Promise<number> {
  const topic = topics.collectorPayloads.name;
  const avro = new PlainAvro('CollectorPayload', await schemaIdOf(filling.registryUrl, topic));
  const producer = broker.kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  let messages: Message[] = [];
  let bytes = 0;
  let written = 0;
  const send = async (): Promise<void> => {
    await producer.send({ topic, acks: -1, compression: compressionOf('zstd'), messages });
    written += messages.length;
    messages = [];
    bytes = 0;
  };
  for (const value of payloads(filling, avro)) {
    messages.push({ value });
    bytes += value.length;
    if (bytes > SEND_BYTES) await send();
  }
  if (messages.length > 0) await send();
  await producer.disconnect();
  return written;
}

function* payloads(filling: Filling, avro: PlainAvro): Generator<Buffer> {
  const { run, first, events, eventsPerPayload, now } = filling;
  const chance = chanceFrom(first + 1);
  const visitors = Array.from({ length: Math.min(VISITORS, events) }, () => visitor(chance));
  for (let number = first; number < first + events; number += eventsPerPayload) {
    const who = visitors[Math.floor(chance() * visitors.length)] ?? visitor(chance);
    const carried = Math.min(eventsPerPayload, first + events - number);
    const collected = collect(
      {
        method: 'POST',
        path: TP2_PATH,
        askedPath: TP2_PATH,
        asksFor: 'ok',
        querystring: null,
        headers: browserHeaders(who, 'collector.example'),
        body: tp2Body(chance, who, carried, run, number, now),
        socketAddress: '127.0.0.1',
      },
      policy,
      {
        now,
        payloadId: eventId(run, number),
        newId: () => eventId(run, number),
        app: null,
        anonymous: false,
      },
    );
    if (collected.kind !== 'ok') throw new Error('The collector would refuse a payload that the bench made.');
    yield avro.encode(collected.payload);
  }
}
