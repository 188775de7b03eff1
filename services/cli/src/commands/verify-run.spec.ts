import type { Surroundings } from '../command';
import { afterLoad } from './verify-run';

const surroundingsOf = (stop: AbortSignal, told: string[] = []): Surroundings => ({
  env: {},
  out: () => undefined,
  err: (text) => void told.push(text),
  stop,
  now: () => 0,
  sleep: () => Promise.resolve(),
  operator: 'spec@here',
});

describe('the check after a load', () => {
  it('waits, and says so, where the load was stopped', async () => {
    const told: string[] = [];
    const after = afterLoad(surroundingsOf(AbortSignal.abort(), told));
    expect(after.stop.aborted).toBe(false);
    expect(told.join('')).toContain('what was sent until then is checked');
    const began = performance.now();
    await after.sleep(50);
    expect(performance.now() - began).toBeGreaterThan(40);
  });

  it('can be stopped itself where the load was not', () => {
    const own = surroundingsOf(new AbortController().signal);
    expect(afterLoad(own)).toBe(own);
  });
});
