export { characters } from './characters';
export { compileSchema, MAX_VIOLATIONS, type CompiledSchema, type Violation } from './compile';
export { KeyMap } from './key-map';
export { lookUp, type LookUp } from './look-up';
export { SchemaRegistryUnavailable } from './registry-unavailable';
export {
  lookUpResults,
  MAX_ASKING_MS,
  MAX_MISSING_IN_BATCH,
  SchemaResolver,
  type LookUpResult,
  type Resolution,
  type ResolverOptions,
  type Schemas,
} from './resolver';
export { igluUri, keyProblem, schemaVer, type SchemaKey } from './schema-key';
export { compareVersions, parseSchemaVer, superseding, validationInfo } from './superseding';
export { inOrder, type SchemaAnswer, type SchemaSource } from './schema-source';
