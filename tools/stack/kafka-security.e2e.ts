import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import { startSecuredKafka, type SecuredKafka } from './kafka-security';

let folder: string;
let kafka: SecuredKafka;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-secured-'));
  kafka = await startSecuredKafka({
    dataDir: folder,
    users: [
      { name: 'admin', password: 'one' },
      { name: 'ann', password: 'two' },
    ],
    superUsers: ['admin'],
    timeoutMs: 170_000,
  });
}, 180_000);
afterAll(async () => {
  await (kafka as SecuredKafka | undefined)?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const asks = async (config: Partial<KafkaConfig>): Promise<string[]> => {
  const admin = new Kafka({
    brokers: kafka.brokers,
    ssl: { ca: readFileSync(kafka.caFile) },
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    ...config,
  }).admin();
  try {
    await admin.connect();
    return await admin.listTopics();
  } finally {
    await admin.disconnect();
  }
};
const signedIn = (username: string, password: string): Partial<KafkaConfig> => ({
  sasl: { mechanism: 'scram-sha-512', username, password },
});

describe('a secured broker', () => {
  it('lets in who knows the password, and shows topics to whom it may', async () => {
    const client = new Kafka({
      brokers: kafka.brokers,
      ssl: { ca: readFileSync(kafka.caFile) },
      logLevel: logLevel.NOTHING,
      ...signedIn('admin', 'one'),
    }).admin();
    await client.connect();
    await client.createTopics({ topics: [{ topic: 't', numPartitions: 1 }] });
    await client.disconnect();
    expect(await asks(signedIn('admin', 'one'))).toEqual(['t']);
    expect(await asks(signedIn('ann', 'two'))).toEqual([]);
  });

  it('refuses a wrong password, no password, and a certificate that it cannot check', async () => {
    await expect(asks(signedIn('ann', 'one'))).rejects.toThrow(/Authentication failed/);
    await expect(asks({})).rejects.toThrow();
    await expect(asks({ ...signedIn('ann', 'two'), ssl: true })).rejects.toThrow(/certificate/);
  });

  it('knows a user by certificate as well', async () => {
    const { certFile, keyFile } = kafka.clientCertificate('admin');
    const ca = readFileSync(kafka.caFile);
    const brokers = kafka.mutualTlsBrokers;
    expect(
      await asks({ brokers, ssl: { ca, cert: readFileSync(certFile), key: readFileSync(keyFile) } }),
    ).toEqual(['t']);
    await expect(asks({ brokers, ssl: { ca } })).rejects.toThrow();
  });

  it('shows another certificate once it is renewed, and keeps the connections that are open', async () => {
    const [host = '', port = ''] = (kafka.brokers[0] ?? '').split(':');
    const shown = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect({ host, port: Number(port), ca: readFileSync(kafka.caFile) }, () => {
          resolve(socket.getPeerX509Certificate()?.toString() ?? '');
          socket.destroy();
        });
        socket.once('error', reject);
      });
    const client = new Kafka({
      brokers: kafka.brokers,
      ssl: { ca: readFileSync(kafka.caFile) },
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
      ...signedIn('admin', 'one'),
    }).admin();
    await client.connect();
    const before = await shown();
    const certificate = await kafka.renewCertificate();
    expect(before).not.toBe(certificate);
    // Each network thread of the broker takes it over for itself.
    let inARow = 0;
    for (let tries = 0; inARow < 6 && tries < 100; tries += 1) {
      inARow = (await shown()) === certificate ? inARow + 1 : 0;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(inARow).toBe(6);
    expect(await client.listTopics()).toEqual(['t']);
    await client.disconnect();
    expect(await asks(signedIn('admin', 'one'))).toEqual(['t']);
  });

  it('takes another password from then on', async () => {
    await kafka.changePassword({ name: 'ann', password: 'three' });
    await expect(asks(signedIn('ann', 'two'))).rejects.toThrow(/Authentication failed/);
    expect(await asks(signedIn('ann', 'three'))).toEqual([]);
  });
});
