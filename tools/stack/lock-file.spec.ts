import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, tryLock, waitForLock, type Lock } from './lock-file';

describe('a lock file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-lock-'));
    file = join(folder, 'x.lock');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const take = (): Lock => {
    const taken = tryLock(file, 'testing');
    if (!('lock' in taken)) throw new Error(`held by ${taken.holder.pid}`);
    return taken.lock;
  };

  it('says who holds it, and leaves nothing behind', () => {
    const lock = take();
    expect(tryLock(file, 'again')).toMatchObject({ holder: { pid: process.pid, what: 'testing' } });
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
    take().release();
  });

  it('is taken over from a process that died', async () => {
    const child = spawn('true');
    await once(child, 'exit');
    writeFileSync(file, JSON.stringify({ pid: child.pid, started: null, since: 'then', what: 'dying' }));
    take().release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is taken over when another process got the pid since', () => {
    writeFileSync(
      file,
      JSON.stringify({ pid: process.pid, started: 'long ago', since: 'then', what: 'gone' }),
    );
    take().release();
  });

  it('is taken over when it cannot be read', () => {
    writeFileSync(file, '{');
    take().release();
  });

  it('is not given free by one who does not hold it any more', () => {
    const first = take();
    rmSync(file);
    const other = { pid: process.ppid, started: null, since: 'now', what: 'another' };
    writeFileSync(file, JSON.stringify(other));
    first.release();
    expect(tryLock(file, 'testing')).toMatchObject({ holder: other });
  });

  it('can be waited for', async () => {
    const first = take();
    const holders: number[] = [];
    const waiting = waitForLock(file, 'waiting', (holder) => holders.push(holder.pid));
    first.release();
    (await waiting).release();
    expect(holders).toEqual([process.pid]);
  });
});

describe('isAlive', () => {
  it('knows this process, and not one that ended', async () => {
    const child = spawn('true');
    await once(child, 'exit');
    expect(isAlive(process.pid)).toBe(true);
    expect(isAlive(child.pid ?? 0)).toBe(false);
  });
});
