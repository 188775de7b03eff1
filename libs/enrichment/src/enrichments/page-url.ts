import { ok, type Outcome } from '@headwater/stage';
import { z } from 'zod';
import { defineEnrichment, type Patch } from './enrichment';
import { partsOf } from './url';

const nothing: Outcome<Patch> = ok({});

export const pageUrl = defineEnrichment({
  name: 'pageUrl',
  summary: 'Splits the page URL into its parts.',
  config: z.object({}),
  create: () =>
    function pageUrl({ event: { page_url } }) {
      if (page_url === null) return nothing;
      const { scheme, host, port, path, query, fragment } = partsOf(page_url);
      return ok({
        page_urlscheme: scheme,
        page_urlhost: host,
        page_urlport: port,
        page_urlpath: path,
        page_urlquery: query,
        page_urlfragment: fragment,
      });
    },
});
