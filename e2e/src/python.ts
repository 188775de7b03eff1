import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pythonEnvironment } from '@headwater/pipeline';

const folder = join(__dirname, '../python');

/** Runs one of the Python programs of this suite and answers what it printed. */
export async function python(program: string, ...args: readonly string[]): Promise<string> {
  const interpreter = await pythonEnvironment(join(folder, 'requirements.txt'));
  return execFileSync(interpreter, [join(folder, program), ...args], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    timeout: 120_000,
  });
}
