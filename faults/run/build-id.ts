import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { bundleOf } from '@headwater/pipeline';

/** The checker among them: what an older one said is no result of this build. */
const parts = ['collector', 'enricher', 'validator', 'loader', 'quality-monitor', 'jobs', 'cli'] as const;

/** What ran. */
export interface Build {
  readonly commit: string;
  /** Digest of the bundles: a commit that changes only documents is the same build. */
  readonly build: string;
}

export function currentBuild(root: string): Build {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(readFileSync(bundleOf(part)));
  const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return { commit: commit.trim(), build: hash.digest('hex').slice(0, 16) };
}
