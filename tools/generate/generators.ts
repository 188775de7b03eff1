import { accessDocs } from './access-docs';
import { chartSchema } from './chart-schema';
import { clickhouseTables } from './clickhouse-tables';
import { configReference } from './config-reference';
import { contractDocs } from './contract-docs';
import { contractTypes } from './contract-types';
import { failureDocs } from './failure-docs';
import { enrichmentDocs } from './enrichment-docs';
import type { Generator } from './generator';

/** A generator is one file and one line here. Order matters only where one reads what another wrote. */
export const generators: readonly Generator[] = [
  contractTypes,
  contractDocs,
  accessDocs,
  clickhouseTables,
  failureDocs,
  configReference,
  enrichmentDocs,
  chartSchema,
];
