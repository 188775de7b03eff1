import { parseIgluUri, type MarkedPaths } from '@headwater/enrichment';
import { knownMarkedPaths, openJudge, type OpenJudge } from '@headwater/look-ups';
import type { MarkedPlacesOf } from '@headwater/recovery';
import { loadConfig, VERSION } from '@headwater/service-kit';
import { judgingConfig } from './config';

/** What the schemas mark that the enricher knows. */
export const markedPlacesFrom = (env: NodeJS.ProcessEnv): MarkedPlacesOf =>
  markedPlacesIn(knownMarkedPaths(loadConfig(judgingConfig, env).iglu));

const markedPlacesIn =
  (markedPaths: MarkedPaths): MarkedPlacesOf =>
  (schema) => {
    const key = parseIgluUri(schema);
    return key === null ? [] : markedPaths(key);
  };

/** What a dry run needs: what schemas mark, and who says what would become of a replay. A replay brings its country. */
export interface DryRun extends Pick<OpenJudge, 'judge' | 'close'> {
  readonly markedPlacesOf: MarkedPlacesOf;
}

export function openDryRun(env: NodeJS.ProcessEnv): DryRun {
  const { iglu, pseudonym, enrichments } = loadConfig(judgingConfig, env);
  const { judge, markedPaths, close } = openJudge({
    processor: `headwater-cli/${VERSION}`,
    iglu,
    keys: pseudonym.keys,
    config: enrichments,
  });
  return { judge, markedPlacesOf: markedPlacesIn(markedPaths), close };
}
