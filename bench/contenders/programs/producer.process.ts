/**
 * A raw kafkajs producer: no HTTP, the same bodies, batches of 100, one send at a time, acknowledged by all. `GET /start?events=n`
 * and `GET /stop` drive it; both answer with the number of records that the broker has acknowledged so far.
 */
import { createServer } from 'node:http';
import { chanceFrom, tp2Body, visitor } from '../../data/events';
import { compressionOf, plainKafka } from './plain-kafka';
import { numberSetting, setting } from './settings';

const BATCH = 100;
const BODIES = 256;

async function main(): Promise<void> {
  const producer = plainKafka(setting('BROKERS')).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const topic = setting('TOPIC');
  const compression = compressionOf(setting('COMPRESSION'));
  let acknowledged = 0;
  let running = false;
  let finished = Promise.resolve();

  const produce = async (bodies: readonly Buffer[]): Promise<void> => {
    for (let next = 0; running; next += BATCH) {
      const messages = Array.from({ length: BATCH }, (_none, index) => ({
        value: bodies[(next + index) % BODIES] ?? null,
      }));
      await producer.send({ topic, acks: -1, compression, messages });
      acknowledged += BATCH;
    }
  };
  const handle = async (url: URL): Promise<void> => {
    if (url.pathname === '/start') {
      running = true;
      finished = produce(bodiesOf(Number(url.searchParams.get('events'))));
    } else if (url.pathname === '/stop') {
      running = false;
      await finished;
    }
  };
  createServer((request, response) => {
    void handle(new URL(request.url ?? '/', 'http://bench')).then(
      () => response.end(String(acknowledged)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  }).listen(numberSetting('PORT'), '127.0.0.1');
}

function bodiesOf(events: number): readonly Buffer[] {
  return Array.from({ length: BODIES }, (_none, index) => {
    const chance = chanceFrom(index + 1);
    return tp2Body(chance, visitor(chance), events, '00000000', 0, Date.now());
  });
}

void main();
