import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aResult } from '../testing/a-result';
import { runResult } from './result';
import { append, ofLatestBuild, readResults } from './results-file';

describe('the file of results', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-results-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('keeps what was appended, and passes over a line that a crash cut off', () => {
    const file = join(folder, 'results.ndjson');
    expect(readResults(file, runResult)).toEqual([]);
    append(file, aResult({ seed: 1 }));
    appendFileSync(file, '{"scenario":"kill-en\n');
    append(file, aResult({ seed: 2 }));
    expect(readResults(file, runResult).map(({ seed }) => seed)).toEqual([1, 2]);
  });

  it('sums only runs of the build that ran last', () => {
    const results = [
      aResult({ build: 'one' }),
      aResult({ build: 'two', seed: 1 }),
      aResult({ build: 'two', seed: 2 }),
    ];
    expect(ofLatestBuild(results).map(({ build }) => build)).toEqual(['two', 'two']);
  });
});
