import { CountryDatabase, customEnrichmentsOf, openJudge, type OpenJudge } from '@headwater/look-ups';
import type { Kit } from '@headwater/service-kit';
import type { SandboxConfig } from './config';

/** Opens all that enricher and validator look things up in. What is opened is closed when the sandbox stops. */
export async function openLookUps(settings: SandboxConfig, kit: Kit): Promise<OpenJudge> {
  const countries = new CountryDatabase({
    path: settings.country.database,
    log: kit.log,
    metrics: kit.metrics,
  });
  await countries.start();
  const custom = customEnrichmentsOf(settings.enrichments, kit.log);
  const open = openJudge({
    processor: `headwater-sandbox/${kit.version}`,
    iglu: settings.iglu,
    countryOf: countries.countryOf,
    keys: settings.pseudonym.keys,
    config: settings.enrichments,
    custom,
  });
  kit.onDrain('look-ups', async () => {
    countries.stop();
    await open.close();
    await custom?.close();
  });
  return open;
}
