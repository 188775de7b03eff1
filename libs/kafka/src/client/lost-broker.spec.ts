import { AssignerProtocol } from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup';
import Runner from 'kafkajs/src/consumer/runner';
import { createErrorFromCode } from 'kafkajs/src/protocol/error';
import { silentLogger } from '../testing/silent-logger';
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

describe('a group that no longer knows its member', () => {
  const UNKNOWN_MEMBER_ID = 25;
  const MANY = 50;
  const END = Object.assign(new Error('the end of the spec'), { retriable: false });

  /** kafkajs' own consumer, which has no partition that it could fetch, with a coordinator that the test plays. */
  const consume = (coordinator: object): Promise<Error> =>
    new Promise((onCrash) => {
      const retry = { retries: 2, initialRetryTime: 1, maxRetryTime: 10 };
      const instrumentationEmitter = { emit: () => undefined };
      let fetches = 0;
      const cluster = {
        connect: () => Promise.resolve(),
        refreshMetadata: () => Promise.resolve(),
        // The first step of each fetch.
        refreshMetadataIfNecessary: () => {
          fetches += 1;
          return fetches > MANY ? Promise.reject(END) : Promise.resolve();
        },
        findGroupCoordinator: () => Promise.resolve(coordinator),
        committedOffsets: () => ({}),
        getNodeIds: () => [1],
      };
      const consumerGroup = new ConsumerGroup({
        cluster,
        groupId: 'spec',
        topics: [],
        topicConfigurations: {},
        assigners: [],
        maxWaitTimeInMs: 1,
        instrumentationEmitter,
        logger: silentLogger,
        retry,
      });
      const runner = new Runner({
        logger: silentLogger,
        consumerGroup,
        instrumentationEmitter,
        heartbeatInterval: 0,
        concurrency: 1,
        retry,
        onCrash,
      });
      void runner.start();
    });

  beforeAll(surviveLostBrokers);

  it('is joined again, also where the first attempt fails', async () => {
    const memberAssignment = AssignerProtocol.MemberAssignment.encode({
      version: 0,
      assignment: {},
      userData: Buffer.alloc(0),
    });
    const member = { generationId: 1, leaderId: 'another', memberId: 'me', members: [], groupProtocol: 'x' };
    const joinGroup = jest
      .fn()
      .mockResolvedValueOnce(member)
      .mockRejectedValueOnce(GONE)
      .mockResolvedValueOnce(member);
    const heartbeat = jest
      .fn()
      .mockRejectedValueOnce(createErrorFromCode(UNKNOWN_MEMBER_ID))
      .mockRejectedValue(END);
    const syncGroup = jest.fn().mockResolvedValue({ memberAssignment });
    await consume({ joinGroup, syncGroup, heartbeat });
    expect(joinGroup).toHaveBeenCalledTimes(3);
  });
});
