import { ok } from '@headwater/stage';
import { z } from 'zod';
import { defineEnrichment, nothing } from './enrichment';
import { partsOf } from './url';

export const pageUrl = defineEnrichment({
  name: 'pageUrl',
  summary: 'Splits the page URL into its parts.',
  reads: ['page_url'],
  writes: [
    'page_urlscheme',
    'page_urlhost',
    'page_urlport',
    'page_urlpath',
    'page_urlquery',
    'page_urlfragment',
  ],
  config: z.object({}),
  example: {
    given: { event: { page_url: 'https://shop.example/cart?step=2#summary' } },
    sets: {
      page_urlscheme: 'https',
      page_urlhost: 'shop.example',
      page_urlport: 443,
      page_urlpath: '/cart',
      page_urlquery: 'step=2',
      page_urlfragment: 'summary',
    },
  },
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
