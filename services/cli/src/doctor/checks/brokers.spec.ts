import { findingsOf } from '../testing/an-installation';
import { brokers } from './brokers';

const refused = (): Promise<never> => Promise.reject(new Error('connect ECONNREFUSED'));

describe('the check of brokers', () => {
  it('names the cluster and its controller', async () => {
    const found = await findingsOf(brokers);
    expect(found.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(found.at(-1)?.seen).toBe('Cluster abc: 3 brokers, the controller is 1.');
  });

  it('warns of one that is down while the others answer', async () => {
    const reach = (address: string): Promise<void> =>
      address === 'kafka-1:9092' ? refused() : Promise.resolve();
    const found = await findingsOf(brokers, { brokers: { reach } });
    expect(found[1]).toMatchObject({
      state: 'warning',
      subject: 'broker kafka-1:9092',
      seen: 'It accepts no connection (connect ECONNREFUSED).',
    });
    expect(found.at(-1)?.state).toBe('ok');
  });

  it('is a problem when none answers, and asks nothing more', async () => {
    const cluster = jest.fn(refused);
    const found = await findingsOf(brokers, { brokers: { reach: refused, cluster } });
    expect(found.map(({ state }) => state)).toEqual(['problem', 'problem', 'problem']);
    expect(cluster).not.toHaveBeenCalled();
  });

  it('tells an open port from a broker that speaks to us', async () => {
    const found = await findingsOf(brokers, { brokers: { cluster: refused } });
    expect(found.at(-1)).toMatchObject({
      state: 'problem',
      next: expect.stringContaining('KAFKA__SSL') as string,
    });
  });

  it('is a problem without a controller', async () => {
    const cluster = (): Promise<{ clusterId: string; controller: null; brokers: [] }> =>
      Promise.resolve({ clusterId: 'abc', controller: null, brokers: [] });
    expect((await findingsOf(brokers, { brokers: { cluster } })).at(-1)).toMatchObject({
      state: 'problem',
      seen: 'Cluster abc: 0 brokers, and no controller.',
    });
  });
});
