import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claim, FOLDER, neighboursOf } from './neighbours';

/** Above the greatest that Linux gives. */
const NOBODY = 2 ** 22 + 1;

it('counts the other installations that are at work, and none that were left behind', () => {
  const parent = mkdtempSync(join(tmpdir(), 'headwater-neighbours-'));
  try {
    const [own = '', other = '', left = '', kept = ''] = ['a', 'b', 'c', 'd'].map((name) => {
      const folder = join(parent, `${FOLDER}${name}`);
      mkdirSync(folder);
      return folder;
    });
    expect(neighboursOf(own)).toBe(0);
    for (const folder of [own, other]) claim(folder);
    writeFileSync(join(left, 'suite.pid'), String(NOBODY));
    rmSync(kept, { recursive: true });
    expect(neighboursOf(own)).toBe(1);
  } finally {
    rmSync(parent, { recursive: true });
  }
});
