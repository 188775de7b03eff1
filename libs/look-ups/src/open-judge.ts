import { randomBytes } from 'node:crypto';
import {
  createEnricher,
  createPseudonyms,
  type EnricherOptions,
  type LookUps,
  type MarkedPaths,
  type PseudonymKey,
} from '@headwater/enrichment';
import { createJudge, type Judge } from '@headwater/verdict';
import type { IgluConfig } from './iglu-config';
import { knownMarkedPaths } from './marked-schemas';
import { openResolver, type OpenResolver } from './schema-resolver';

const SECRET_BYTES = 32;

export interface JudgeSettings extends Pick<EnricherOptions, 'processor' | 'config' | 'custom'> {
  readonly iglu: IgluConfig;
  /** Without it, no address has a country. */
  readonly countryOf?: LookUps['countryOf'];
  /** Without any, one that is made now and kept nowhere: verdicts do not depend on it. */
  readonly keys?: readonly PseudonymKey[] | undefined;
}

/** A judge over the schemas that a configuration names, and what it was made of. */
export interface OpenJudge {
  readonly judge: Judge;
  readonly markedPaths: MarkedPaths;
  readonly documentOf: OpenResolver['documentOf'];
  /** Ends the connections to schema registries. */
  readonly close: () => Promise<void>;
}

/** Opens what enricher and validator look things up in, for whoever wants to know what they would say. */
export function openJudge({
  iglu,
  processor,
  countryOf = () => null,
  keys,
  ...enricher
}: JudgeSettings): OpenJudge {
  const { resolver, documentOf, close } = openResolver(iglu);
  const markedPaths = knownMarkedPaths(iglu);
  const pseudonyms = createPseudonyms(
    keys ?? [{ id: 'not-kept', secret: randomBytes(SECRET_BYTES).toString('base64') }],
  );
  const lookUps = { countryOf, pseudonyms, markedPaths };
  const judge = createJudge({
    enricher: createEnricher({ ...enricher, processor, lookUps }),
    resolver,
    processor,
  });
  return { judge, markedPaths, documentOf, close };
}
