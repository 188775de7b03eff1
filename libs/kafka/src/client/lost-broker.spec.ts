import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup';
import { surviveLostBrokers } from './lost-broker';

const GONE = Object.assign(new Error('the coordinator is gone'), { name: 'KafkaJSConnectionError' });

const MOVED = Object.assign(new Error('This is not the correct coordinator for this group'), {
  name: 'KafkaJSProtocolError',
  type: 'NOT_COORDINATOR_FOR_GROUP',
});

describe('a commit whose coordinator is gone', () => {
  /** A group as far as it commits. `found` is called while the new coordinator is looked for. */
  const groupOf = (
    first: jest.Mock,
    found: (group: ConsumerGroup) => void = () => undefined,
  ): ConsumerGroup => {
    const group: ConsumerGroup = Object.assign(Object.create(ConsumerGroup.prototype) as ConsumerGroup, {
      groupId: 'spec',
      offsetManager: { commitOffsets: first },
      cluster: {
        findGroupCoordinator: () => {
          found(group);
          return Promise.resolve({});
        },
      },
    });
    return group;
  };
  const offsets = (): object => ({ topics: [] });

  beforeAll(surviveLostBrokers);

  it.each([
    ['gone', GONE],
    ['the coordinator no longer', MOVED],
  ])('is asked once more of the new one where the old one is %s', async (_case, error) => {
    const commit = jest.fn().mockRejectedValueOnce(error);
    const asked = offsets();
    await groupOf(commit).commitOffsets(asked);
    expect(commit.mock.calls).toEqual([[asked], [asked]]);
  });

  it('is not asked again once the group was joined anew', async () => {
    const later = jest.fn();
    const group = groupOf(jest.fn().mockRejectedValueOnce(GONE), (joined) => {
      Object.assign(joined, { offsetManager: { commitOffsets: later } });
    });
    const asked = offsets();
    await expect(group.commitOffsets(asked)).rejects.toThrow('joined again');
    // As kafkajs' own retries do: with the very same offsets.
    await expect(group.commitOffsets(asked)).rejects.toMatchObject({ retriable: false });
    expect(later).not.toHaveBeenCalled();
    await group.commitOffsets(offsets());
    expect(later).toHaveBeenCalledTimes(1);
  });
});
