import type { Metadata } from 'kafkajs/src/cluster';
import request from 'kafkajs/src/protocol/requests/metadata/v6/request';
import { decode } from 'kafkajs/src/protocol/requests/metadata/v6/response';
import { refusalOf } from './admin';
import { newCluster } from './cluster';
import { withDeadline } from './deadline';
import { PATIENT_RETRY, type KafkaConnection } from './kafka-connection';

const DEADLINE_MS = 30_000;

/**
 * What a broker says about the cluster and some topics (names on the broker), with the errors of each topic and partition
 * left in: kafkajs' admin client throws when one partition has no leader, which is when somebody looks.
 *
 * @throws {BrokerUnavailable | AccessRefused | Misconfigured}
 */
export async function clusterMetadata(kafka: KafkaConnection, names: readonly string[]): Promise<Metadata> {
  const cluster = newCluster(kafka, 'committed', PATIENT_RETRY);
  const ask = async (): Promise<Metadata> => {
    await cluster.connect();
    const { connectionPool } = await cluster.brokerPool.findConnectedBroker();
    return connectionPool.send<Metadata>({
      request: request({ topics: names, allowAutoTopicCreation: false }),
      response: { decode, parse: (data: Metadata) => data },
    });
  };
  try {
    return await withDeadline(ask(), DEADLINE_MS, () => new Error(`no answer in ${String(DEADLINE_MS)} ms`));
  } catch (error) {
    throw refusalOf(kafka, 'the description of the cluster', error);
  } finally {
    void cluster.disconnect().catch(() => undefined);
  }
}
