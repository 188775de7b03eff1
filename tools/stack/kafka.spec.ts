import { kafkaProperties } from './kafka';

const options = { dataDir: '/d', port: 9092, controllerPort: 9093 };

describe('kafkaProperties', () => {
  it('is one node that listens on loopback only and makes no topic by accident', () => {
    expect(kafkaProperties(options)).toMatchObject({
      'node.id': 1,
      'controller.quorum.voters': '1@127.0.0.1:9093',
      listeners: 'PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093',
      'advertised.listeners': 'PLAINTEXT://127.0.0.1:9092',
      'auto.create.topics.enable': false,
      'transaction.state.log.replication.factor': 1,
      'log.dirs': '/d/data',
    });
  });

  it('lets the caller win', () => {
    const properties = { 'min.insync.replicas': 2, 'transaction.state.log.replication.factor': 3 };
    const quorumVoters = '1@127.0.0.1:1,2@127.0.0.1:2,3@127.0.0.1:3';
    expect(kafkaProperties({ ...options, nodeId: 2, quorumVoters, properties })).toMatchObject({
      ...properties,
      'node.id': 2,
      'controller.quorum.voters': quorumVoters,
    });
  });
});
