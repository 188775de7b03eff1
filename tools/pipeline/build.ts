import { spawn } from 'node:child_process';
import { StackError } from '@headwater/stack';

/** Builds the services. What the build prints is of use only when it fails, and is shown only then. */
export async function buildServices(root: string): Promise<void> {
  const printed: Buffer[] = [];
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn('nx', ['run-many', '-t', 'build', '--output-style', 'static'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NX_TUI: 'false' },
    });
    for (const output of [child.stdout, child.stderr])
      output.on('data', (chunk: Buffer) => {
        printed.push(chunk);
      });
    child.once('error', reject);
    child.once('close', (exitCode) => {
      resolve(exitCode ?? 1);
    });
  });
  if (code === 0) return;
  process.stderr.write(Buffer.concat(printed));
  throw new StackError('The services could not be built', 'The messages of the build are above');
}
