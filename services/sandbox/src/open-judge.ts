import { randomBytes } from 'node:crypto';
import { createEnricher, createPseudonyms } from '@headwater/enrichment';
import {
  CountryDatabase,
  openCustomEnrichments,
  openResolver,
  readMarkedPaths,
  shippedCountryDatabase,
  shippedSchemas,
  type OpenResolver,
} from '@headwater/look-ups';
import type { Kit } from '@headwater/service-kit';
import { createJudge, type Judge } from '@headwater/verdict';
import type { SandboxConfig } from './config';

export interface OpenJudge {
  readonly judge: Judge;
  readonly documentOf: OpenResolver['documentOf'];
}

const SECRET_BYTES = 32;

/** Opens all that enricher and validator look things up in. What is opened is closed when the sandbox stops. */
export async function openJudge(settings: SandboxConfig, kit: Kit): Promise<OpenJudge> {
  const countries = new CountryDatabase({
    path: settings.country.database ?? shippedCountryDatabase(),
    log: kit.log,
    metrics: kit.metrics,
  });
  await countries.start();
  const { resolver, documentOf, close } = openResolver(settings.iglu);
  const { folder, custom: settingsOfCustom, timeoutMs } = settings.enrichments;
  const custom =
    folder === undefined
      ? null
      : openCustomEnrichments({ folder, settings: settingsOfCustom, timeoutMs, log: kit.log });
  const keys = settings.pseudonym.keys ?? [
    { id: 'sandbox', secret: randomBytes(SECRET_BYTES).toString('base64') },
  ];
  const processor = `headwater-sandbox/${kit.version}` as const;
  const enricher = createEnricher({
    processor,
    lookUps: {
      countryOf: countries.countryOf,
      pseudonyms: createPseudonyms(keys),
      markedPaths: readMarkedPaths([shippedSchemas(), ...settings.iglu.folders]),
    },
    config: settings.enrichments,
    custom,
  });
  kit.onDrain('look-ups', async () => {
    countries.stop();
    await close();
    await custom?.close();
  });
  return { judge: createJudge({ enricher, resolver, processor }), documentOf };
}
