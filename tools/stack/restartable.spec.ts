import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './lock-file';
import { launch, type ManagedProcess } from './managed-process';
import { startRestartable, type Restartable } from './restartable';

/** What `/proc` says of a process: `S` sleeping, `T` stopped by a signal. */
const stateOf = (pid: number): string =>
  /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '?';

/** A signal has an effect a moment after it was sent. */
const becomes = async (pid: number, state: string): Promise<void> => {
  for (let i = 0; i < 100 && stateOf(pid) !== state; i += 1) await sleep(10);
  expect(stateOf(pid)).toBe(state);
};

describe('a restartable part', () => {
  let folder: string;
  let started = 0;
  let broken = false;
  let part: Restartable<ManagedProcess>;
  const start = (): Promise<ManagedProcess> => {
    if (broken) return Promise.reject(new Error('the disk is full'));
    started += 1;
    return launch({
      name: 'A sleeper',
      command: 'sleep',
      args: ['60'],
      cwd: folder,
      logFile: join(folder, 'log'),
    });
  };
  const pid = (): number => part.pid() ?? 0;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-restartable-'));
    started = 0;
    broken = false;
    part = await startRestartable('a sleeper', start);
  });
  afterEach(async () => {
    await part.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['kill', 'stop'] as const)('is gone after %s, and is another process after start', async (end) => {
    const first = pid();
    await part[end]();
    expect([part.running(), part.pid(), isAlive(first)]).toEqual([false, null, false]);
    await part[end]();
    await part.start();
    expect(part.running()).toBe(true);
    expect(part.pid()).toBe(part.part.pid);
    expect(pid()).not.toBe(first);
  });

  it('starts once, however often it is told to', async () => {
    await part.start();
    expect(started).toBe(1);
    await part.kill();
    await Promise.all([part.start(), part.start()]);
    expect(started).toBe(2);
  });

  it('notices that somebody else ended it', async () => {
    process.kill(pid(), 'SIGKILL');
    await part.part.exited;
    expect(part.running()).toBe(false);
    await part.start();
    expect(part.running()).toBe(true);
  });

  it('pauses and goes on', async () => {
    part.pause();
    await becomes(pid(), 'T');
    expect([part.running(), part.paused()]).toEqual([true, true]);
    part.resume();
    await becomes(pid(), 'S');
    expect(part.paused()).toBe(false);
  });

  it('stops cleanly also when it is paused', async () => {
    part.pause();
    await becomes(pid(), 'T');
    const begun = performance.now();
    await part.stop();
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect([part.running(), part.paused()]).toEqual([false, false]);
  });

  it('has nothing to pause or to end when it does not run', async () => {
    await part.kill();
    part.pause();
    part.resume();
    expect([part.paused(), part.running()]).toEqual([false, false]);
  });

  it('can be started after a start that failed', async () => {
    await part.kill();
    broken = true;
    await expect(part.start()).rejects.toThrow('the disk is full');
    expect(part.running()).toBe(false);
    broken = false;
    await part.start();
    expect(part.running()).toBe(true);
  });

  it('is not there when its first start fails', async () => {
    broken = true;
    await expect(startRestartable('a sleeper', start)).rejects.toThrow('the disk is full');
  });

  it('is ended by a kill that comes while it starts', async () => {
    await part.kill();
    const starting = part.start();
    await part.kill();
    await starting;
    expect([started, part.running()]).toEqual([2, false]);
  });
});
