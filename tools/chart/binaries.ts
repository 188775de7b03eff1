import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const HELM = 'helm.sh/helm/v3/cmd/helm@v3.22.0';

/** Helm at a pinned version: from the cache, or built by `go install`, which takes a minute or two. Throws a sentence with the fix. */
export function helmBinary(): string {
  const folder = join(
    process.env['HEADWATER_CACHE'] ?? join(homedir(), '.cache/headwater'),
    `bin-${HELM.split('@')[1] ?? ''}`,
  );
  const binary = join(folder, 'helm');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('go', ['install', HELM], {
      env: { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  } catch (error) {
    throw new Error(
      `Helm could not be built by \`go install ${HELM}\` (${(error as Error).message.split('\n')[0] ?? ''}). Install Go 1.24 or later and see that the Go module proxy can be reached.`,
      { cause: error },
    );
  }
  return binary;
}
