import type { Producer } from 'kafkajs';
import { compressionOf, plainKafka } from './plain-kafka';
import { setting } from './settings';

/** Takes a body; resolves once it is where it belongs. */
export type Sink = (body: Buffer) => Promise<void>;

/** How long a first record waits for company when nothing is on its way, milliseconds: as our collector's default. */
const LINGER_MS = 5;

/** What the environment asks for: `SINK=none` forgets the body, `SINK=kafkajs` writes it to `TOPIC`. */
export async function openSink(): Promise<Sink> {
  return setting('SINK') === 'none' ? () => Promise.resolve() : kafkaSink();
}

/**
 * One record a body, acknowledged by all in-sync replicas. kafkajs does not batch by itself, so this does, like our collector:
 * records wait 5 ms for company, one send is on its way at a time, and the next takes all that came meanwhile.
 */
async function kafkaSink(): Promise<Sink> {
  const producer = plainKafka(setting('BROKERS')).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const batches = new Batches(producer, setting('TOPIC'), compressionOf(setting('COMPRESSION')));
  return (body) => batches.add(body);
}

interface Waiting {
  readonly value: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class Batches {
  private waiting: Waiting[] = [];
  private sending = false;
  private linger: NodeJS.Timeout | null = null;

  constructor(
    private readonly producer: Producer,
    private readonly topic: string,
    private readonly compression: ReturnType<typeof compressionOf>,
  ) {}

  add(value: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ value, resolve, reject });
      if (!this.sending)
        this.linger ??= setTimeout(() => {
          void this.send();
        }, LINGER_MS);
    });
  }

  private async send(): Promise<void> {
    this.linger = null;
    this.sending = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        await this.producer.send({
          topic: this.topic,
          acks: -1,
          compression: this.compression,
          messages: batch.map(({ value }) => ({ value })),
        });
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.sending = false;
  }
}
