import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pythonEnvironment } from '@headwater/pipeline';

const run = promisify(execFile);
const folder = join(__dirname, '../python');

/** Runs one of the Python programs of this suite and answers what it printed. */
export async function python(program: string, ...args: readonly string[]): Promise<string> {
  const interpreter = await pythonEnvironment(join(folder, 'requirements.txt'));
  const { stdout } = await run(interpreter, [join(folder, program), ...args], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    timeout: 180_000,
  });
  return stdout;
}
