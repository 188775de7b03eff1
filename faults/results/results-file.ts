import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { z } from 'zod';

/** Appends a result as a line. */
export function append(file: string, result: object): void {
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}

/** All results in a file, in the order in which they came. A line that a crash cut off is passed over. */
export function readResults<T>(file: string, shape: z.ZodType<T>): readonly T[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [shape.parse(JSON.parse(line))];
      } catch {
        return [];
      }
    });
}

/** Those of the build that ran last: only runs of one build may be summed. */
export function ofLatestBuild<T extends { readonly build: string }>(results: readonly T[]): readonly T[] {
  const latest = results.at(-1)?.build;
  return results.filter(({ build }) => build === latest);
}
