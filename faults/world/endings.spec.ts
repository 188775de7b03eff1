import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PipelineService } from '@headwater/pipeline';
import { Endings, inWords } from './endings';

describe('endings', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-endings-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** A service that runs, or not, as the test says; with what it was started with. */
  function aService() {
    const state = { isUp: false, startedWith: [] as string[] };
    const logFile = join(folder, 'loader-1.log');
    writeFileSync(logFile, 'all is well\ncannot go on\n');
    const service: PipelineService = {
      name: 'loader',
      url: 'http://127.0.0.1:1',
      logFile,
      bundles: 'ours',
      settings: {},
      pid: () => 1,
      running: () => state.isUp,
      start() {
        state.isUp = true;
        state.startedWith.push(this.bundles);
        return Promise.resolve();
      },
      ready: () => (state.isUp ? Promise.resolve() : Promise.reject(new Error('it has ended'))),
      kill() {
        state.isUp = false;
        return Promise.resolve();
      },
      stop() {
        state.isUp = false;
        return Promise.resolve(0);
      },
      pause: () => undefined,
      resume: () => undefined,
    };
    return { state, service };
  }

  it('are none where a service ends because it is told to', async () => {
    const endings = new Endings();
    const service = endings.watch(aService().service, 'loader-1');
    await service.start();
    await service.kill();
    await service.start('launched');
    await service.stop();
    expect(endings.take()).toEqual([]);
  });

  it('are noticed once each, also after a start or a kill, with the end of the log', async () => {
    const { state, service: real } = aService();
    const endings = new Endings();
    const service = endings.watch(real, 'loader-1');
    await service.start();
    for (const next of [() => service.start(), () => service.kill()]) {
      state.isUp = false;
      await next();
    }
    await service.start();
    state.isUp = false;
    const found = endings.take();
    expect(inWords(found)).toBe('loader-1 × 3');
    expect(found[0]?.said).toContain('cannot go on');
    expect(endings.take()).toEqual([]);
  });

  it('are noticed of one that ends before it is ready', async () => {
    const { state, service: real } = aService();
    const endings = new Endings();
    const service = endings.watch(
      {
        ...real,
        start: () => Promise.resolve(),
        ready: () => Promise.reject(new Error(`it ${state.isUp ? 'runs' : 'has ended'}`)),
      },
      'loader-1',
    );
    await expect(service.start()).rejects.toThrow('it has ended');
    expect(endings.take()).toHaveLength(1);
  });

  it('leave settings and bundles to whoever sets them', async () => {
    const { state, service: real } = aService();
    const service = new Endings().watch(real, 'loader-1');
    service.bundles = 'theirs';
    await service.start();
    expect(state.startedWith).toEqual(['theirs']);
  });
});
