import { ServiceError } from '@headwater/stage';

/** A source that may hold the schema does not answer. The events are innocent: pause and ask again. */
export class SchemaRegistryUnavailable extends ServiceError {
  override readonly code = 'E_SCHEMA_REGISTRY_UNAVAILABLE';
  override readonly retriable = true;

  constructor(uri: string, unreachable: readonly { readonly source: string; readonly reason: string }[]) {
    super(
      `The schema ${uri} cannot be looked up: ${unreachable.map(({ source, reason }) => `${source} ${reason}`).join('; ')}. ` +
        'The partition waits and asks again, no event is lost. Check that the registry runs and can be reached from here, or take it out of IGLU__REGISTRIES.',
    );
  }
}
