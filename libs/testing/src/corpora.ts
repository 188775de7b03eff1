import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Path of third-party test data: `shared/corpora/<parts>` beside the checkout. It is read from there, never copied.
 *
 * @throws when it is missing, saying where it was looked for
 */
export function corpora(...parts: readonly string[]): string {
  const path = resolve(__dirname, '../../../../shared/corpora', ...parts);
  if (!existsSync(path))
    throw new Error(
      `The test data ${parts.join('/')} is not at ${path}. Fetch it with \`npm run corpora\`, and run the test again.`,
    );
  return path;
}
