import { readRegistry, type AppRegistry } from './registry';

/** A registry for specs. */
export function aRegistry(document: object): AppRegistry {
  const registry = readRegistry(document);
  if ('apps' in registry) return registry;
  throw new Error(registry.join('\n'));
}
