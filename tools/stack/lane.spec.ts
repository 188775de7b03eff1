import { setTimeout as sleep } from 'node:timers/promises';
import { Lane } from './lane';

describe('Lane', () => {
  it('runs no more than its width, and in the order of coming', async () => {
    const lane = new Lane(2);
    const begun: number[] = [];
    let now = 0;
    let most = 0;
    await Promise.all(
      [0, 1, 2, 3, 4, 5].map((n) =>
        lane.run(async () => {
          begun.push(n);
          now += 1;
          most = Math.max(most, now);
          await sleep(2);
          now -= 1;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('goes on after a task that failed', async () => {
    const lane = new Lane(1);
    const failed = lane.run(() => Promise.reject(new Error('no')));
    const next = lane.run(() => Promise.resolve('yes'));
    await expect(failed).rejects.toThrow('no');
    await expect(next).resolves.toBe('yes');
  });
});
