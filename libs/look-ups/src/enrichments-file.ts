import { readFileSync } from 'node:fs';
import { enrichmentsConfig, readEnrichmentSettings } from '@headwater/enrichment';
import { ConfigError } from '@headwater/service-kit';
import { parse } from 'yaml';
import { z } from 'zod';

/** The variable that names the file with the settings of the enrichments. */
export const ENRICHMENTS_FILE = 'ENRICHMENTS__FILE';

/** Settings of all enrichments, and the file that may hold them. */
export const enrichmentsFileConfig = enrichmentsConfig.extend({
  file: z
    .string()
    .optional()
    .describe(
      'File (YAML or JSON) with the settings of all enrichments: "country: { unknown: XX }" is ENRICHMENTS__COUNTRY__UNKNOWN. Variables win over it.',
    ),
});

/**
 * The settings of the enrichments in the file that the environment names; none where it names none. The file is YAML
 * or JSON: `country: { unknown: XX }` is the variable `ENRICHMENTS__COUNTRY__UNKNOWN`.
 *
 * @throws {ConfigError} when the file cannot be read, or names what does not exist
 */
export function enrichmentsFile(env: NodeJS.ProcessEnv): Readonly<Record<string, unknown>> {
  const path = env[ENRICHMENTS_FILE] ?? '';
  if (path === '') return {};
  const { settings, problems } = readEnrichmentSettings(documentIn(path));
  if (problems.length > 0)
    throw new ConfigError(problems.map((problem) => `${ENRICHMENTS_FILE} (${path}): ${problem}`));
  return settings;
}

function documentIn(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError([
      `${ENRICHMENTS_FILE} names ${path}, which cannot be read as YAML or JSON (${(error as Error).message.trim()}). Mount the file, or correct it.`,
    ]);
  }
}
