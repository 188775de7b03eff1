import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goBinary, goProblem } from './go-binary';

const program = { name: 'tool', path: 'example.org/x/cmd/server', version: 'v1.2.3' };

describe('goBinary', () => {
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'headwater-go-'));
  });
  afterEach(() => {
    rmSync(cache, { recursive: true, force: true });
  });

  it('takes what is in the cache', async () => {
    const folder = join(cache, 'bin-v1.2.3');
    mkdirSync(folder);
    writeFileSync(join(folder, 'tool'), '');
    expect(await goBinary(program, undefined, cache)).toBe(join(folder, 'tool'));
  });

  it('leaves nothing in the cache when it cannot be built', async () => {
    const progress: string[] = [];
    const path = process.env['PATH'];
    process.env['PATH'] = cache;
    try {
      await expect(goBinary(program, (line) => progress.push(line), cache)).rejects.toThrow(
        'tool could not be built by `go install example.org/x/cmd/server@v1.2.3`: Go is not installed. Install Go',
      );
    } finally {
      process.env['PATH'] = path;
    }
    expect(progress).toEqual([`building tool v1.2.3 with Go (once; kept in ${cache})`]);
    expect(readdirSync(cache)).toEqual([]);
  });
});

describe('goProblem', () => {
  it.each([
    [
      'go: downloading a v1\ngo: a@v1: Get "https://proxy.golang.org/a": dial tcp: lookup proxy.golang.org: no such host\n',
      'no such host. See that the Go module proxy (`go env GOPROXY`) can be reached',
    ],
    [
      '# runtime\ncompile: writing output: write $WORK/b001/_pkg_.a: no space left on device\n',
      'the disk is full. Free 1 GB',
    ],
    ['', 'no output. See'],
  ])('says the reason and the fix of %j', (output, expected) => {
    expect(goProblem('tool', 'a@v1', false, output).message).toContain(expected);
  });
});
