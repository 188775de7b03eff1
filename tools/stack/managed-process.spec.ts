import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './lock-file';
import { launch, waitUntilReady, type ManagedProcess } from './managed-process';

describe('a managed process', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-process-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const shell = (script: string): Promise<ManagedProcess> =>
    launch({
      name: 'A shell',
      command: '/bin/sh',
      args: ['-c', script],
      cwd: folder,
      logFile: join(folder, 'log'),
    });

  it('has the pid of the program itself, and a log', async () => {
    const child = await shell('echo "i am $$"; exit 3');
    expect(await child.exited).toBe(3);
    expect(readFileSync(child.logFile, 'utf8')).toBe(`i am ${child.pid}\n`);
  });

  it('stops on SIGTERM', async () => {
    const child = await shell('trap "exit 7" TERM; while :; do sleep 0.05; done');
    await sleep(100);
    await child.stop();
    expect(child.exitCode()).toBe(7);
    await child.stop();
  });

  it('is killed when it does not stop', async () => {
    const child = await shell('trap "" TERM; while :; do sleep 0.05; done');
    await sleep(100);
    await child.stop(200);
    expect(child.exitCode()).toBe(137);
    expect(isAlive(child.pid)).toBe(false);
  });

  it('does not outlive a launcher that is killed', async () => {
    const program = `
      require('tsx/cjs');
      const { launch } = require(${JSON.stringify(join(__dirname, 'managed-process.ts'))});
      launch({ name: 'x', command: 'sleep', args: ['60'], cwd: '/', logFile: ${JSON.stringify(join(folder, 'log'))} })
        .then((child) => console.log(child.pid));`;
    const launcher = spawn(process.execPath, ['-e', program], {
      cwd: __dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(launcher.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    launcher.kill('SIGKILL');
    await once(launcher, 'exit');
    for (let i = 0; i < 50 && isAlive(pid); i += 1) await sleep(100);
    expect(isAlive(pid)).toBe(false);
  }, 20_000);

  it('waits until its predecessor has left the folder', async () => {
    const first = await shell('trap "sleep 0.3; exit 0" TERM; while :; do sleep 0.05; done');
    await sleep(100);
    const stopped = first.stop();
    const second = await shell('true');
    expect(first.exitCode()).toBe(0);
    await Promise.all([stopped, second.exited]);
  });

  it('that ends while starting is reported with the end of its log', async () => {
    const child = await shell('echo "no such thing"; exit 1');
    await expect(waitUntilReady(child, 'The thing', () => Promise.resolve(false), 5_000)).rejects.toThrow(
      /The thing ended while starting \(exit code 1\)[^]*no such thing/,
    );
  });

  it('that never gets ready is killed', async () => {
    const child = await shell('sleep 60');
    await expect(
      waitUntilReady(child, 'The thing', () => Promise.reject(new Error('no')), 300),
    ).rejects.toThrow('The thing was not ready within 0 s');
    expect(isAlive(child.pid)).toBe(false);
  });
});
