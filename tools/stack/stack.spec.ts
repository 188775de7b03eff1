import { folderInUse } from './stack';

describe('folderInUse', () => {
  it('says who holds the folder and what to do', () => {
    const holder = {
      pid: 42,
      started: null,
      since: '2026-01-01T00:00:00.000Z',
      what: 'running the embedded stack',
    };
    expect(folderInUse('/data', holder).message).toBe(
      'The data folder /data is used by process 42, running the embedded stack since 2026-01-01T00:00:00.000Z. ' +
        'Stop it (`kill 42`) or choose another folder with --data.',
    );
  });
});
