import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemas, topics, type CollectorPayload } from '@headwater/contracts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- only a broker that asks for passwords can refuse one
import { startSecuredKafka, type SecuredKafka } from '../../../../tools/stack';
import { endpoints, eventually, Installation, testLog } from '../../kafka-tests/installation-setup';
import { SocketGate } from '../../kafka-tests/socket-gate-setup';
import { TopicWriter } from './topic-writer';

const { collectorPayloads } = topics;
const fields = (schemas.CollectorPayload as { readonly fields: readonly { readonly name: string }[] }).fields;
const empty = Object.fromEntries(fields.map(({ name }) => [name, null])) as unknown as CollectorPayload;
const payload = (payload_id: string): CollectorPayload => ({ ...empty, payload_id, collector_tstamp: 1 });
const WRITER = { name: 'writer', password: 'the-right-one' };

describe('a writer whose password is refused', () => {
  let folder: string;
  let kafka: SecuredKafka;
  let at: Installation;
  const gate = new SocketGate();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-writer-access-'));
    kafka = await startSecuredKafka({ dataDir: folder, users: [WRITER], superUsers: [WRITER.name] });
    at = await Installation.create({
      where: { ...endpoints(), brokers: kafka.brokers.join(',') },
      overrides: {
        ssl: { ca: readFileSync(kafka.caFile) },
        sasl: { mechanism: 'scram-sha-512', username: WRITER.name, password: WRITER.password },
        socketFactory: gate.factory,
      },
    });
  }, 240_000);
  afterAll(async () => {
    await at.close();
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('says so once, is not ready, and goes on when the password is right again', async () => {
    const errors: { readonly code?: string; readonly message: string }[] = [];
    const log = {
      ...testLog,
      error: (context: { readonly code?: string }, message: string) => {
        errors.push({ ...context, message });
      },
    };
    const writer = new TopicWriter({
      kafka: at.kafka,
      registry: at.registry,
      topics: [collectorPayloads],
      deadlineMs: 2_000,
      log,
    });
    await writer.connect();
    await writer.write(collectorPayloads, payload('before'));
    expect(writer.notReady()).toBeNull();

    await kafka.changePassword({ ...WRITER, password: 'another-one' });
    gate.shut();
    gate.open();
    await expect(writer.write(collectorPayloads, payload('lost'))).rejects.toThrow();
    await eventually(() => errors.length > 0, 'the refusal is told');
    expect(writer.ready()).toBe(false);
    expect(writer.notReady()).toMatch(/refuses a write.*KAFKA__SASL__/);
    await expect(writer.write(collectorPayloads, payload('lost too'))).rejects.toThrow();

    await kafka.changePassword(WRITER);
    await eventually(() => writer.ready(), 'it is ready again');
    await writer.write(collectorPayloads, payload('after'));
    expect(errors.map(({ code }) => code)).toEqual(['E_KAFKA_ACCESS']);
    expect(errors[0]?.message).not.toContain(WRITER.password);
    await writer.drain();
  }, 120_000);
});
