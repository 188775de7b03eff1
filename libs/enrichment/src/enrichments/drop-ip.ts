import { ok, type Outcome } from '@headwater/stage';
import { z } from 'zod';
import { defineEnrichment, type Patch } from './enrichment';

const withoutAddress: Outcome<Patch> = ok({ user_ipaddress: null });

export const dropIp = defineEnrichment({
  name: 'dropIp',
  summary: 'Removes the address of the visitor. Nothing comes after it.',
  reads: [],
  writes: ['user_ipaddress'],
  config: z.object({}),
  example: { given: { user_ipaddress: '203.0.113.0' }, sets: { user_ipaddress: null } },
  create: () =>
    function dropIp() {
      return withoutAddress;
    },
});
