import { ok } from '@headwater/stage';
import { z } from 'zod';
import { defineEnrichment } from './enrichment';
import { remember } from './remember';

export const country = defineEnrichment({
  name: 'country',
  summary: 'Adds the ISO 3166-1 country of the visitor, and nothing finer.',
  config: z.object({
    remembered: z
      .number()
      .int()
      .min(1)
      .default(20_000)
      .describe('Truncated addresses whose country is kept in memory.'),
    unknown: z.string().length(2).default('ZZ').describe('Two letters that stand for an unknown country.'),
  }),
  create: ({ unknown, remembered }, { countryOf }) => {
    const nowhere = ok({ geo_country: unknown });
    const find = remember(remembered, (address) => ok({ geo_country: countryOf(address) ?? unknown }));
    return function country({ user_ipaddress: address }) {
      return address === null ? nowhere : find(address);
    };
  },
});
