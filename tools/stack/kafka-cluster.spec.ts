import { clusterProperties, leaderOf } from './kafka-cluster';

const ports = { id: 2, client: 10_001, broker: 10_002, controller: 10_003, advertised: 10_009 };

describe('clusterProperties', () => {
  it('tells clients of the proxy and other brokers of the node itself', () => {
    expect(clusterProperties(ports, 3)).toMatchObject({
      listeners: 'CLIENT://127.0.0.1:10001,BROKER://127.0.0.1:10002,CONTROLLER://127.0.0.1:10003',
      'advertised.listeners': 'CLIENT://127.0.0.1:10009,BROKER://127.0.0.1:10002',
      'inter.broker.listener.name': 'BROKER',
    });
  });

  it.each([
    [1, 1, 1],
    [2, 2, 2],
    [3, 3, 2],
    [5, 3, 2],
  ])('replicates on %i nodes %i times, %i of them in sync', (nodes, replicas, inSync) => {
    expect(clusterProperties(ports, nodes)).toMatchObject({
      'default.replication.factor': replicas,
      'min.insync.replicas': inSync,
      'offsets.topic.replication.factor': replicas,
      'transaction.state.log.replication.factor': replicas,
      'transaction.state.log.min.isr': inSync,
      'unclean.leader.election.enable': false,
    });
  });
});

describe('leaderOf', () => {
  const state = (leaderEpoch: number, leaderId: number) => ({ leaderEpoch, leaderId });

  it.each([
    ['all agree', [state(3, 1), state(3, 1), state(3, 1)], 1],
    ['one was away', [state(3, 1), state(5, 2), state(5, 2)], 2],
    ['one does not know its result yet', [state(5, -1), state(5, 2)], 2],
    ['an election is going on', [state(3, 1), state(6, -1)], undefined],
    ['a node has just been formatted', [undefined, state(1, 3)], 3],
    ['nobody has voted', [undefined, undefined], undefined],
  ])('when %s', (_case, states, leader) => {
    expect(leaderOf(states)).toBe(leader);
  });
});
