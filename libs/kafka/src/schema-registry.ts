import type { RegistryConfig } from './config';
import type { Log } from './log';

/** The schema registry, as the port uses it. */
export class SchemaRegistry {
  constructor(
    readonly config: RegistryConfig,
    readonly log: Log,
  ) {}
}

export function connectRegistry(config: RegistryConfig, { log }: { readonly log: Log }): SchemaRegistry {
  return new SchemaRegistry(config, log);
}
