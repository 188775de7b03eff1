import { randomBytes } from 'node:crypto';
import { createEnricher, createPseudonyms, parseIgluUri } from '@headwater/enrichment';
import { openResolver, readMarkedPaths, shippedSchemas } from '@headwater/look-ups';
import type { MarkedPlacesOf } from '@headwater/recovery';
import { loadConfig, VERSION } from '@headwater/service-kit';
import { createJudge, type Judge } from '@headwater/verdict';
import { judgingConfig } from './config';

/** What the schemas mark that the enricher knows. */
export function markedPlacesFrom(env: NodeJS.ProcessEnv): MarkedPlacesOf {
  const { iglu } = loadConfig(judgingConfig, env);
  const markedPaths = readMarkedPaths([shippedSchemas(), ...iglu.folders]);
  return (schema) => {
    const key = parseIgluUri(schema);
    return key === null ? [] : markedPaths(key);
  };
}

/** Says what would become of a replay, with the functions of enricher and validator. */
export interface OpenJudge {
  readonly judge: Judge;
  readonly close: () => Promise<void>;
}

export function openJudge(env: NodeJS.ProcessEnv): OpenJudge {
  const { iglu, pseudonym, enrichments } = loadConfig(judgingConfig, env);
  const { resolver, close } = openResolver(iglu);
  const processor = `headwater-cli/${VERSION}` as const;
  const keys = pseudonym.keys ?? [{ id: 'dry-run', secret: randomBytes(32).toString('base64') }];
  const enricher = createEnricher({
    processor,
    lookUps: {
      // A replay brings its country.
      countryOf: () => null,
      pseudonyms: createPseudonyms(keys),
      markedPaths: readMarkedPaths([shippedSchemas(), ...iglu.folders]),
    },
    config: enrichments,
  });
  return { judge: createJudge({ enricher, resolver, processor }), close };
}
