import {
  lookUp,
  SchemaResolver,
  type LookUp,
  type LookUpResult,
  type SchemaKey,
} from '@headwater/validation';
import { folderSource } from './folder-source';
import { httpSource } from './http-source';
import type { IgluConfig } from './iglu-config';
import { shippedSchemas } from './shipped-schemas';

const MINUTE = 60_000;
/** Folders of one's own come first, then the shipped one; registries have a priority of their own, 10 unless said. */
const OWN_FOLDERS = 0;
const SHIPPED_FOLDER = 5;

/** A resolver over all places that hold schemas, and the end of its connections. */
export interface OpenResolver {
  readonly resolver: SchemaResolver;
  /** The document of a schema as its source has it; throws `SchemaRegistryUnavailable` as the resolver does. */
  readonly documentOf: (key: SchemaKey) => Promise<LookUp>;
  readonly close: () => Promise<void>;
}

/** Opens the schema sources that a configuration names, together with the schemas that come with Headwater. */
export function openResolver(iglu: IgluConfig, onLookUp?: (result: LookUpResult) => void): OpenResolver {
  const registries = iglu.registries.map((entry) => httpSource(entry, iglu.timeoutMs));
  const sources = [
    ...iglu.folders.map((folder) => folderSource(folder, OWN_FOLDERS)),
    folderSource(shippedSchemas(), SHIPPED_FOLDER),
    ...registries,
  ];
  const resolver = new SchemaResolver({
    sources,
    maxSchemas: iglu.maxSchemas,
    foundTtlMs: iglu.foundMinutes * MINUTE,
    missingTtlMs: iglu.missingSeconds * 1000,
    clock: () => performance.now(),
    ...(onLookUp ? { onLookUp } : {}),
  });
  return {
    resolver,
    documentOf: (key) => lookUp(sources, key),
    close: async () => {
      await Promise.all(registries.map((registry) => registry.close()));
    },
  };
}
