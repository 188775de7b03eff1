import { spawnSync } from 'node:child_process';
import { IntrinsicsWatch } from './intrinsics-watch';

/** What some code leaves changed in a process of its own. */
function changedBy(code: string): readonly string[] | null {
  const watch = new IntrinsicsWatch();
  spawnSync(process.execPath, ['-e', code], { env: { ...process.env, ...watch.env() } });
  return watch.end();
}

describe('the watch of another process', () => {
  it.each<[string, string, readonly string[] | null]>([
    ['nothing where nothing changed', 'JSON.parse(\'{"__proto__":1}\')', []],
    ['a pollution', '({}).__proto__.isAdmin = true', ['Object.prototype.isAdmin']],
    ['nothing at all of a process that was killed', 'process.kill(process.pid, "SIGKILL")', null],
  ])('tells of %s', (_case, code, changes) => {
    expect(changedBy(code)).toEqual(changes);
  });
});
