import { readFileSync } from 'node:fs';
import { readRegistry, type AppRegistry } from '@headwater/apps';
import { ConfigError } from '@headwater/service-kit';
import { parse } from 'yaml';
import { z } from 'zod';

/** Where the list of known apps is: `APPS__FILE`. */
export const appsConfig = z.object({
  file: z
    .string()
    .optional()
    .describe(
      'File (YAML or JSON) with the known apps, their keys, pages and quotas: see docs/how-to/app-registry.md. It is read at start. Not set: every app is taken.',
    ),
});

/**
 * Reads the app registry that a configuration names.
 *
 * @returns null when it names none
 * @throws {ConfigError} with everything that is wrong with the file
 */
export function openAppRegistry({ file }: z.infer<typeof appsConfig>): AppRegistry | null {
  if (file === undefined) return null;
  const registry = readRegistry(documentIn(file));
  if ('apps' in registry) return registry;
  throw new ConfigError(
    registry.map((problem) => `APPS__FILE names ${file}: ${problem}. Correct the file and start again.`),
  );
}

function documentIn(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 });
  } catch (error) {
    // The message of a parser may quote the line, and with it a key.
    const [reason] = (error as Error).message.split('\n');
    throw new ConfigError([
      `APPS__FILE names ${file}, which cannot be read (${String(reason)}). Mount the file, or correct it, and start again.`,
    ]);
  }
}
