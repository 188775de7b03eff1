import type { ServiceName } from '@headwater/contracts';

/** The services of the pipeline, in the order of the flow. */
export const services: readonly ServiceName[] = [
  'collector',
  'enricher',
  'validator',
  'loader',
  'quality-monitor',
];
