import { ok, type Outcome } from '@headwater/stage';
import { z } from 'zod';
import { defineEnrichment, type Patch } from './enrichment';
import { partsOf } from './url';

const nothing: Outcome<Patch> = ok({});

export const referrer = defineEnrichment({
  name: 'referrer',
  summary: 'Splits the referrer URL into its parts and says whether it is of the same site.',
  config: z.object({
    internalHosts: z
      .array(z.string())
      .default([])
      .describe('Hosts that count as the same site as the page, together with the hosts below them.'),
  }),
  create: ({ internalHosts }) => {
    const isListed = (host: string): boolean =>
      internalHosts.some((listed) => host === listed || host.endsWith(`.${listed}`));
    return function referrer({ event: { page_referrer, page_urlhost } }) {
      if (page_referrer === null) return nothing;
      const { scheme, host, port, path, query, fragment } = partsOf(page_referrer);
      const isInternal = host !== null && (host === page_urlhost || isListed(host));
      return ok({
        refr_urlscheme: scheme,
        refr_urlhost: host,
        refr_urlport: port,
        refr_urlpath: path,
        refr_urlquery: query,
        refr_urlfragment: fragment,
        refr_medium: isInternal ? 'internal' : 'unknown',
      });
    };
  },
});
