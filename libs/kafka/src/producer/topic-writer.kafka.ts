import { setTimeout as delay } from 'node:timers/promises';
import { schemas, topics, type CollectorPayload } from '@headwater/contracts';
import { Registry } from 'prom-client';
import { SocketGate } from '../../kafka-tests/socket-gate-setup';
import { eventually, Installation, testLog } from '../../kafka-tests/installation-setup';
import { BrokerUnavailable, Misconfigured, NotEncodable, Overloaded, RecordTooLarge } from '../errors';
import type { TopicWriterOptions } from '../options';
import { TopicWriter } from './topic-writer';

const { collectorPayloads, failedEvents } = topics;

const fields = (schemas.CollectorPayload as { readonly fields: readonly { readonly name: string }[] }).fields;
const empty = Object.fromEntries(fields.map(({ name }) => [name, null])) as unknown as CollectorPayload;
const payload = (id: number, body = Buffer.from('{}')): CollectorPayload => ({
  ...empty,
  payload_id: `payload-${String(id)}`,
  collector_tstamp: 1_782_000_000_000,
  body,
});

const idOf = ({ payload_id }: CollectorPayload): string => payload_id;

describe('the plain writer', () => {
  let at: Installation;
  /** The same, over connections that the tests do not touch. */
  let witness: Installation;
  const gate = new SocketGate();
  const writers: TopicWriter[] = [];

  beforeAll(async () => {
    witness = await Installation.create({ partitions: 4 });
    at = await Installation.open(witness.prefix, undefined, 'zstd', undefined, {
      socketFactory: gate.factory,
    });
  });
  afterEach(async () => {
    gate.open();
    await Promise.all(writers.splice(0).map((writer) => writer.drain()));
  });
  afterAll(async () => {
    await Promise.all([at.close(), witness.close()]);
  });

  async function connected(more: Partial<TopicWriterOptions> = {}): Promise<TopicWriter> {
    const writer = new TopicWriter({
      kafka: at.kafka,
      registry: at.registry,
      topics: [collectorPayloads],
      log: testLog,
      ...more,
    });
    writers.push(writer);
    await writer.connect();
    return writer;
  }

  const stored = async (prefix: string): Promise<string[]> =>
    (await witness.readValues<CollectorPayload>(collectorPayloads))
      .map(idOf)
      .filter((id) => id.startsWith(prefix));

  it('has written what it acknowledged, spread over the partitions', async () => {
    const metrics = new Registry();
    const writer = await connected({ metrics });
    expect(writer.ready()).toBe(true);
    for (let round = 0; round < 8; round += 1)
      await Promise.all(
        Array.from({ length: 500 }, (_, index) =>
          writer.write(collectorPayloads, payload(round * 500 + index)),
        ),
      );
    expect(writer.pendingBytes).toBe(0);
    const partitions = await witness.read(collectorPayloads);
    expect(partitions.filter((records) => records.length > 0)).toHaveLength(4);
    const ids = (await stored('payload-')).sort();
    expect(ids).toEqual(Array.from({ length: 4_000 }, (_, index) => `payload-${String(index)}`).sort());
    expect(await metrics.getSingleMetricAsString('headwater_writes_total')).toMatch(/result="ok"\} 4000/);
  });

  it('keeps every record batch below the limit of its topic', async () => {
    const writer = await connected();
    const body = Buffer.alloc(700_000, 'incompressible'.repeat(3));
    await Promise.all(
      Array.from({ length: 12 }, (_, index) => writer.write(collectorPayloads, payload(index, body))),
    );
    await expect(writer.write(collectorPayloads, payload(0, Buffer.alloc(2_000_000)))).rejects.toThrow(
      RecordTooLarge,
    );
  });

  it('refuses at once when too much waits, and takes more when it was written', async () => {
    const writer = await connected({ maxPendingBytes: 100_000, lingerMs: 50 });
    const body = Buffer.alloc(60_000);
    const first = [1, 2].map((id) => writer.write(collectorPayloads, payload(id, body)));
    await expect(writer.write(collectorPayloads, payload(3, body))).rejects.toThrow(Overloaded);
    await Promise.all(first);
    await writer.write(collectorPayloads, payload(4, body));
  });

  it('rejects by the deadline when the broker is gone, and writes again when it is back', async () => {
    const writer = await connected({ deadlineMs: 1_500 });
    gate.shut();
    await expect(writer.write(collectorPayloads, payload(1))).rejects.toThrow(BrokerUnavailable);
    expect(writer.pendingBytes).toBe(0);
    await eventually(() => !writer.ready(), 'it says that it is not ready');
    gate.open();
    await eventually(() => writer.ready(), 'it is ready again');
    await writer.write(collectorPayloads, { ...payload(1), payload_id: 'back-1' });
    expect(await stored('back-')).toEqual(['back-1']);
  });

  it('rejects by the deadline when the connection falls silent, and does not stay silent itself', async () => {
    const writer = await connected({ deadlineMs: 1_000 });
    gate.silence();
    await expect(writer.write(collectorPayloads, payload(1))).rejects.toThrow('no answer within 1000 ms');
    gate.open();
    await eventually(() => writer.ready(), 'it is ready again');
    await writer.write(collectorPayloads, { ...payload(1), payload_id: 'heard-1' });
    expect(await stored('heard-')).toEqual(['heard-1']);
  });

  it('rides out a short interruption without an error', async () => {
    const writer = await connected({ deadlineMs: 5_000 });
    const writes: Promise<void>[] = [];
    for (let index = 0; index < 60; index += 1) {
      if (index === 20) gate.shut();
      if (index === 40) gate.open();
      writes.push(
        writer.write(collectorPayloads, { ...payload(index), payload_id: `short-${String(index)}` }),
      );
      await delay(10);
    }
    const results = await Promise.allSettled(writes);
    const acknowledged = results.flatMap(({ status }, index) =>
      status === 'fulfilled' ? [`short-${String(index)}`] : [],
    );
    const found = new Set(await stored('short-'));
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    // What was on its way when the connection broke is unknown; all that came later waited.
    expect(acknowledged.length).toBeGreaterThan(40);
  });

  it('gets on its feet under load after an outage, with one new connection and not with hundreds', async () => {
    const told: string[] = [];
    const tell = (_context: object, message: string): void => {
      told.push(message);
    };
    const writer = await connected({ deadlineMs: 2_000, log: { ...testLog, warn: tell, error: tell } });
    const results: ('ok' | 'failed')[] = [];
    let id = 0;
    const load = setInterval(() => {
      const at = id++;
      writer.write(collectorPayloads, { ...payload(at), payload_id: `storm-${String(at)}` }).then(
        () => (results[at] = 'ok'),
        () => (results[at] = 'failed'),
      );
    }, 10);
    try {
      gate.silence();
      await delay(5_000);
      // From now on a batch that has waited is answered after its deadline, although nothing is wrong any more.
      gate.slow(150);
      await delay(6_000);
      const from = id;
      const connections = gate.opened;
      await delay(3_000);
      const to = id;
      await delay(2_500);
      const after = results.slice(from, to);
      expect(after.length).toBeGreaterThan(20);
      expect(after.filter((result) => result !== 'ok')).toEqual([]);
      expect(gate.opened - connections).toBe(0);
      expect(told).toHaveLength(1);
      expect(told[0]).toContain('did not acknowledge');
    } finally {
      clearInterval(load);
    }
    // What is acknowledged while the topic is read may lie behind what is read of it.
    const acknowledged = results.flatMap((result, at) => (result === 'ok' ? [`storm-${String(at)}`] : []));
    const found = new Set(await stored('storm-'));
    expect(acknowledged.filter((each) => !found.has(each))).toEqual([]);
  });

  it('finishes what it accepted before it leaves', async () => {
    const writer = await connected({ lingerMs: 1_000 });
    const written = Promise.all(
      [1, 2, 3].map((id) =>
        writer.write(collectorPayloads, { ...payload(id), payload_id: `last-${String(id)}` }),
      ),
    );
    await writer.drain();
    await written;
    expect(await stored('last-')).toHaveLength(3);
    await expect(writer.write(collectorPayloads, payload(4))).rejects.toThrow('stopping');
  });

  it('names what is wrong with a value, and not the value', async () => {
    const writer = await connected();
    const bad = { ...payload(1), querystring: 42 as unknown as string };
    await expect(writer.write(collectorPayloads, bad)).rejects.toThrow(NotEncodable);
    await expect(writer.write(collectorPayloads, bad)).rejects.toThrow(/at querystring/);
    await expect(writer.write(collectorPayloads, bad)).rejects.not.toThrow(/42/);
    await expect(writer.write(failedEvents, {})).rejects.toThrow(Misconfigured);
    await writer.write(collectorPayloads, payload(1));
  });

  it('is not connected to a broker that is down, and can be connected later', async () => {
    gate.shut();
    const writer = new TopicWriter({
      kafka: at.kafka,
      registry: at.registry,
      topics: [collectorPayloads],
      log: testLog,
      deadlineMs: 500,
    });
    writers.push(writer);
    await expect(writer.connect()).rejects.toThrow(BrokerUnavailable);
    await expect(writer.write(collectorPayloads, payload(1))).rejects.toThrow(BrokerUnavailable);
    gate.open();
    await writer.connect();
    await writer.write(collectorPayloads, payload(1));
  });
});
