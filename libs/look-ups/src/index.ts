export { appsConfig, openAppRegistry } from './app-registry';
export { CountryDatabase, shippedCountryDatabase, type CountryDatabaseOptions } from './country-database';
export {
  openCustomEnrichments,
  type CustomEnrichmentsOptions,
  type OpenCustomEnrichments,
} from './custom-enrichments';
export { ENRICHMENTS_FILE, enrichmentsFile } from './enrichments-file';
export { folderSource } from './folder-source';
export { igluConfig, type IgluConfig } from './iglu-config';
export { readMarkedPaths } from './marked-schemas';
export { openResolver, type OpenResolver } from './schema-resolver';
export { shippedSchemas } from './shipped-schemas';
