import { topics as table, type Topic } from '@headwater/contracts';
import type { TopicState } from '@headwater/kafka';
import { aTopicState, findingsOf } from '../testing/an-installation';
import { topics } from './topics';

const statesWith = (known: Partial<TopicState>) => (): Promise<readonly TopicState[]> =>
  Promise.resolve(
    Object.values<Topic>(table).map((topic) => aTopicState(topic, topic === table.validEvents ? known : {})),
  );

describe('the check of topics', () => {
  it('is content with every topic of the table', async () => {
    const found = await findingsOf(topics);
    expect(found.map(({ subject }) => subject)).toEqual(
      Object.values(table).map(({ name }) => `topic ${name}`),
    );
    expect(found.every(({ state }) => state === 'ok')).toBe(true);
  });

  it.each<[string, Partial<TopicState>, string, RegExp]>([
    ['one that is missing', { present: false, partitions: 0 }, 'problem', /does not exist/],
    ['partitions without a leader', { offlinePartitions: 2 }, 'problem', /2 of 12 partitions/],
    ['too few replicas to write', { leastInSync: 1 }, 'problem', /1 in-sync replicas, and 2 are needed/],
    ['a replica that is behind', { leastInSync: 2 }, 'warning', /2 in-sync replicas of 3/],
  ])('tells %s', async (_case, known, state, seen) => {
    const found = await findingsOf(topics, { brokers: { topics: statesWith(known) } });
    const told = found.filter((each) => each.state !== 'ok');
    expect(told).toEqual([expect.objectContaining({ state, subject: 'topic valid-events' })]);
    expect(told[0]?.seen).toMatch(seen);
  });

  it('warns of settings that are not those of the table', async () => {
    const differences = (): Promise<ReadonlyMap<string, readonly string[]>> =>
      Promise.resolve(new Map([['replays', ['retention.ms is 1, the table says 2', 'partitions is 3']]]));
    const found = await findingsOf(topics, { brokers: { differences } });
    expect(found.filter(({ state }) => state !== 'ok')).toEqual([
      expect.objectContaining({
        state: 'warning',
        subject: 'topic replays',
        seen: 'retention.ms is 1, the table says 2; partitions is 3.',
      }),
    ]);
  });
});
