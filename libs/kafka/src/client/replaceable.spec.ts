import { setTimeout as sleep } from 'node:timers/promises';
import { Replaceable } from './replaceable';

const DEADLINE_MS = 50;

function clients() {
  const shut: number[] = [];
  let opened = 0;
  const replaceable = new Replaceable<number>(
    () => Promise.resolve((opened += 1)),
    (client) => Promise.resolve(void shut.push(client)),
    DEADLINE_MS,
  );
  return { replaceable, shut };
}

describe('a replaceable client', () => {
  const same = (client: number): Promise<number> => Promise.resolve(client);
  const fail = (): Promise<never> => Promise.reject(new Error('lost'));

  it('is opened once for all, and anew after it has failed', async () => {
    const { replaceable, shut } = clients();
    expect(await Promise.all([replaceable.use(same), replaceable.use(same)])).toEqual([1, 1]);
    await expect(replaceable.use(fail)).rejects.toThrow('lost');
    expect(await replaceable.use(same)).toBe(2);
    expect(shut).toEqual([1]);
  });

  it('lets others finish with the one that failed, and replaces it once for all who fail with it', async () => {
    const { replaceable, shut } = clients();
    let finish = (): void => undefined;
    const slow = replaceable.use(
      (client) =>
        new Promise<number>(
          (resolve) =>
            (finish = () => {
              resolve(client);
            }),
        ),
    );
    const failing = [replaceable.use(fail), replaceable.use(fail)];
    await Promise.allSettled(failing);
    expect(await replaceable.use(same)).toBe(2);
    expect(shut).toEqual([]);
    finish();
    expect(await slow).toBe(1);
    await sleep(0);
    expect(shut).toEqual([1]);
    expect(await replaceable.use(same)).toBe(2);
  });

  it('is replaced when it does not answer', async () => {
    const { replaceable, shut } = clients();
    await expect(replaceable.use(() => new Promise(() => undefined))).rejects.toThrow('no answer in 50 ms');
    expect(await replaceable.use(same)).toBe(2);
    expect(shut).toEqual([1]);
  });

  it('is replaced when it cannot be opened', async () => {
    let tries = 0;
    const replaceable = new Replaceable(
      () => ((tries += 1) === 1 ? fail() : Promise.resolve(tries)),
      () => Promise.resolve(),
      DEADLINE_MS,
    );
    await expect(replaceable.use(same)).rejects.toThrow('lost');
    expect(await replaceable.use(same)).toBe(2);
  });

  it('is shut once, and used no more', async () => {
    const { replaceable, shut } = clients();
    await replaceable.use(same);
    await replaceable.close();
    await replaceable.close();
    expect(shut).toEqual([1]);
    await expect(replaceable.use(same)).rejects.toThrow('closed');
  });
});
