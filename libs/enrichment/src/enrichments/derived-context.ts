import type { SelfDescribing } from '@headwater/contracts';

/** A context, version 1-0-0, that an enrichment adds to an event. */
export const derivedContext = (vendor: string, name: string, data: object): SelfDescribing => ({
  vendor,
  name,
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition: 0,
  data: JSON.stringify(data),
});
