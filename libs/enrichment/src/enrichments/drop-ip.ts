import { ok, type Outcome } from '@headwater/stage';
import { z } from 'zod';
import { defineEnrichment, type Patch } from './enrichment';

const withoutAddress: Outcome<Patch> = ok({ user_ipaddress: null });

export const dropIp = defineEnrichment({
  name: 'dropIp',
  summary: 'Removes the address of the visitor. Nothing comes after it.',
  config: z.object({}),
  create: () =>
    function dropIp() {
      return withoutAddress;
    },
});
