import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputFile } from './input-file';

it('holds the last of several inputs, long and short', () => {
  const folder = mkdtempSync(join(tmpdir(), 'input-file-'));
  const path = join(folder, 'input');
  const file = new InputFile(path);
  expect(InputFile.read(path)).toHaveLength(0);
  for (const input of [
    Buffer.alloc(100_000, 7),
    Buffer.from('short'),
    Buffer.alloc(0),
    Buffer.from('last'),
  ]) {
    file.write(input);
    expect(InputFile.read(path).equals(input)).toBe(true);
  }
  file.close();
  rmSync(folder, { recursive: true });
});
