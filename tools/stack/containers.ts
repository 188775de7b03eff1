import { execFile } from 'node:child_process';
import { ClickHouseContainer } from '@testcontainers/clickhouse';
import { KafkaContainer } from '@testcontainers/kafka';
import { GenericContainer, Wait } from 'testcontainers';
import type { TestStack } from './endpoints';
import { images } from './images';

const REGISTRY_PORT = 8080;

/** True when a Docker engine answers on this machine. */
export function dockerAnswers(): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 5000 }, (error) => {
      resolve(error === null);
    });
  });
}

/** A ClickHouse server of its own, which stores users and roles, with one user who may make them. */
export async function startClickHouseServer(user: {
  readonly name: string;
  readonly password: string;
}): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = await new ClickHouseContainer(images.clickhouse)
    .withUsername(user.name)
    .withPassword(user.password)
    .withEnvironment({ CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT: '1' })
    .start();
  return {
    url: server.getHttpUrl(),
    async stop() {
      await server.stop();
    },
  };
}

/** The same three parts as containers, on ports of their own. */
export async function startContainers(): Promise<TestStack> {
  const [kafka, registry, clickhouse] = await Promise.all([
    new KafkaContainer(images.kafka)
      .withKraft()
      .withEnvironment({ KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false' })
      .start(),
    new GenericContainer(images.registry)
      .withExposedPorts(REGISTRY_PORT)
      .withWaitStrategy(Wait.forHttp('/apis/ccompat/v7/subjects', REGISTRY_PORT))
      .start(),
    new ClickHouseContainer(images.clickhouse).start(),
  ]);
  const containers = [kafka, registry, clickhouse];
  return {
    kind: 'containers',
    endpoints: {
      brokers: `${kafka.getHost()}:${String(kafka.getMappedPort(9093))}`,
      registryUrl: `http://${registry.getHost()}:${String(registry.getMappedPort(REGISTRY_PORT))}/apis/ccompat/v7`,
      clickhouseUrl: clickhouse.getConnectionUrl(),
    },
    async stop() {
      await Promise.all(containers.map((container) => container.stop()));
    },
  };
}
