import type { AppRegistry } from '@headwater/apps';
import type { StrictJudge } from '@headwater/collector-server';
import { openJudge } from '@headwater/look-ups';
import type { Kit } from '@headwater/service-kit';
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
  const { judge, close } = openJudge({ processor: `headwater-${kit.name}/${kit.version}`, iglu });
  kit.log.info(
    'Strict mode is on: requests that ask for it are checked before they are answered, and refused with 422 where an event is bad.',
  );
  return { ...judge, close };
}
