import { ok } from '@headwater/stage';
import { z } from 'zod';
import { defineEnrichment } from './enrichment';

export const country = defineEnrichment({
  name: 'country',
  summary: 'Adds the ISO 3166-1 country of the visitor, and nothing finer.',
  reads: ['user_ipaddress'],
  writes: ['geo_country'],
  config: z.object({
    unknown: z
      .string()
      .regex(/^[A-Z]{2}$/, 'expected two capital letters')
      .default('ZZ')
      .describe('Two letters that stand for an unknown country.'),
  }),
  example: { given: { user_ipaddress: '203.0.113.0' }, sets: { geo_country: 'GB' } },
  create: ({ unknown }, { countryOf }) =>
    function country({ user_ipaddress: address, replay }) {
      if (replay?.geo_country != null) return ok({ geo_country: replay.geo_country });
      return ok({ geo_country: (address !== null ? countryOf(address) : null) ?? unknown });
    },
});
