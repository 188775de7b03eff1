import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';

it('ends a process that still holds something open, after all that it printed', async () => {
  const program = `
    import { endWith } from ${JSON.stringify(join(__dirname, 'end-with.ts'))};
    setInterval(() => undefined, 60_000);
    process.stdout.write('x'.repeat(1_000_000));
    process.stderr.write('y'.repeat(1_000_000));
    endWith(3);`;
  const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '--eval', program]);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect([out.length, err.length, child.exitCode]).toEqual([1_000_000, 1_000_000, 3]);
});
