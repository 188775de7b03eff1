export { describeEvent } from './describe-event';
export { createEnricher, type Enricher, type EnricherOptions } from './enricher';
export { enrichments, enrichmentsConfig } from './enrichments';
export type { Enrichment, LookUps } from './enrichments/enrichment';
export { markedPathsIn, type MarkedPath, type MarkedPaths } from './privacy/marked-paths';
export { createPseudonyms, pseudonymKeys, type PseudonymKey, type Pseudonyms } from './privacy/pseudonyms';
export { igluUri, parseIgluUri, type SchemaKey } from './protocol/iglu-uri';
export { parameters, type Parameter } from './protocol/parameters';
export { RecentlyUsed } from './recently-used';
