import { randomBytes } from 'node:crypto';
import type { AppRegistry } from '@headwater/apps';
import type { StrictJudge } from '@headwater/collector-server';
import { createEnricher, createPseudonyms } from '@headwater/enrichment';
import { openResolver, readMarkedPaths, shippedSchemas } from '@headwater/look-ups';
import type { Kit } from '@headwater/service-kit';
import { createJudge } from '@headwater/verdict';
import type { CollectorConfig } from './config';

/**
 * What strict mode judges by: the functions of enricher and validator, and the schemas that IGLU__… names. Nothing that it
 * makes is kept, so it needs no country and no key that lasts.
 *
 * @returns null where nobody can ask for strict mode
 */
export function openStrictJudge(
  { strict, iglu }: Pick<CollectorConfig, 'strict' | 'iglu'>,
  kit: Kit,
  registry: AppRegistry | null,
): StrictJudge | null {
  const asked = strict.enabled || registry?.apps.some((app) => app.strict) === true;
  if (!asked) return null;
  const { resolver, close } = openResolver(iglu);
  const processor = `headwater-${kit.name}/${kit.version}` as const;
  const enricher = createEnricher({
    processor,
    lookUps: {
      countryOf: () => null,
      pseudonyms: createPseudonyms([{ id: 'not-kept', secret: randomBytes(32).toString('base64') }]),
      markedPaths: readMarkedPaths([shippedSchemas(), ...iglu.folders]),
    },
  });
  kit.log.info(
    'Strict mode is on: requests that ask for it are checked before they are answered, and refused with 422 where an event is bad.',
  );
  return { ...createJudge({ enricher, resolver, processor }), close };
}
