import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianBinary } from './debian-binary';

const program = { name: 'tool', package: 'tools' };

describe('debianBinary', () => {
  const path = process.env['PATH'];
  let cache: string;
  let bin: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'headwater-debian-'));
    bin = mkdtempSync(join(tmpdir(), 'headwater-path-'));
    process.env['PATH'] = bin;
  });
  afterEach(() => {
    process.env['PATH'] = path;
    for (const folder of [cache, bin]) rmSync(folder, { recursive: true, force: true });
  });

  it('takes what the machine has', async () => {
    writeFileSync(join(bin, 'tool'), '');
    expect(await debianBinary(program, undefined, cache)).toBe(join(bin, 'tool'));
  });

  it('takes what is in the cache', async () => {
    mkdirSync(join(cache, 'debian-tools/usr/bin'), { recursive: true });
    writeFileSync(join(cache, 'debian-tools/usr/bin/tool'), '');
    expect(await debianBinary(program, undefined, cache)).toBe(join(cache, 'debian-tools/usr/bin/tool'));
  });

  it('unpacks a package without installing it', async () => {
    const script = (name: string, lines: string): void => {
      writeFileSync(join(bin, name), `#!/bin/sh\nPATH=/usr/bin:/bin\n${lines}\n`, { mode: 0o755 });
    };
    script('apt-get', '[ "$1 $2" = "download tools" ] && touch tools_1.deb');
    script('dpkg', 'mkdir -p "$3/usr/bin" && touch "$3/usr/bin/tool"');
    const progress: string[] = [];
    const found = await debianBinary(program, (line) => progress.push(line), cache);
    expect(found).toBe(join(cache, 'debian-tools/usr/bin/tool'));
    expect(progress).toEqual([`unpacking the Debian package tools (once; kept in ${cache})`]);
    expect(readdirSync(cache)).toEqual(['debian-tools']);
  });

  it('says what is missing where there is no Debian, and leaves nothing in the cache', async () => {
    await expect(debianBinary(program, undefined, cache)).rejects.toThrow(
      'tool is not on the path, and could not be taken from the Debian package tools: there is no apt-get here. Install tool',
    );
    expect(readdirSync(cache)).toEqual([]);
  });
});
