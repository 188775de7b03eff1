import Runner from 'kafkajs/src/consumer/runner';
import { createErrorFromCode } from 'kafkajs/src/protocol/error';
import { silentLogger } from '../testing/silent-logger';

/** Protocol: nobody coordinates the group yet; another broker does. */
const [NO_COORDINATOR, NOT_COORDINATOR] = [15, 16];

// Why a batch that found its group gone stands back (`StageServer.standBack`): kafkajs' own runner.
it('fetches on as the member that it was, from where the batch began, when it cannot join anew at once', async () => {
  const happened: string[] = [];
  let isMember = false;
  const batch = {
    topic: 'valid-events',
    partition: 0,
    highWatermark: '1',
    messages: [{ offset: '0' }],
    offsetLag: () => '0',
    offsetLagLow: () => '0',
    firstOffset: () => '0',
    lastOffset: () => '0',
    isEmptyDueToFiltering: () => false,
    isEmpty: () => false,
  };
  const crash = new Promise<Error>((onCrash) => {
    const runner = new Runner({
      logger: silentLogger,
      consumerGroup: {
        connect: () => Promise.resolve(),
        joinAndSync: () => {
          happened.push('join');
          if (isMember) return Promise.reject(createErrorFromCode(NO_COORDINATOR));
          isMember = true;
          return Promise.resolve();
        },
        getNodeIds: () => [1],
        fetch: () => {
          happened.push('fetch');
          return Promise.resolve([batch]);
        },
        hasSeekOffset: () => false,
      },
      instrumentationEmitter: { emit: () => undefined },
      eachBatchAutoResolve: false,
      autoCommit: false,
      concurrency: 1,
      retry: { retries: 1, initialRetryTime: 1 },
      eachBatch: () => {
        happened.push('batch');
        return Promise.reject(createErrorFromCode(NOT_COORDINATOR));
      },
      onCrash,
    });
    void runner.start();
  });
  await crash;
  expect(happened.slice(0, 6)).toEqual(['join', 'fetch', 'batch', 'join', 'fetch', 'batch']);
});
