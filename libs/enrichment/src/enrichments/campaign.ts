import { ok } from '@headwater/stage';
import { z } from 'zod';
import { defineEnrichment, nothing } from './enrichment';
import { queryParameters } from './url';

const names = (what: string, parameter: string): z.ZodDefault<z.ZodArray<z.ZodString>> =>
  z
    .array(z.string())
    .default([parameter])
    .describe(`Query parameters that hold the campaign's ${what}; the first one found counts.`);

export const campaign = defineEnrichment({
  name: 'campaign',
  summary: 'Reads the campaign and the click id from the query of the page URL.',
  reads: ['page_urlquery'],
  writes: [
    'mkt_medium',
    'mkt_source',
    'mkt_term',
    'mkt_content',
    'mkt_campaign',
    'mkt_clickid',
    'mkt_network',
  ],
  config: z.object({
    medium: names('medium', 'utm_medium'),
    source: names('source', 'utm_source'),
    term: names('term', 'utm_term'),
    content: names('content', 'utm_content'),
    campaign: names('name', 'utm_campaign'),
    clickIds: z
      .record(z.string(), z.string())
      .default({ gclid: 'Google', msclkid: 'Microsoft', dclid: 'DoubleClick' })
      .describe('Query parameters that hold a click id, and the network each belongs to.'),
  }),
  example: {
    given: {
      event: { page_urlquery: 'utm_source=newsletter&utm_medium=email&utm_campaign=spring&gclid=abc' },
    },
    sets: {
      mkt_medium: 'email',
      mkt_source: 'newsletter',
      mkt_term: null,
      mkt_content: null,
      mkt_campaign: 'spring',
      mkt_clickid: 'abc',
      mkt_network: 'Google',
    },
  },
  create: ({ medium, source, term, content, campaign: name, clickIds }) => {
    const wanted = new Set([medium, source, term, content, name, Object.keys(clickIds)].flat());
    return function campaign({ event: { page_urlquery } }) {
      if (page_urlquery === null) return nothing;
      const found = queryParameters(page_urlquery, wanted);
      if (found.size === 0) return nothing;
      const first = (candidates: readonly string[]): string | null => {
        const key = candidates.find((candidate) => found.has(candidate));
        return key === undefined ? null : (found.get(key) ?? null);
      };
      const click = Object.keys(clickIds).find((key) => found.has(key));
      return ok({
        mkt_medium: first(medium),
        mkt_source: first(source),
        mkt_term: first(term),
        mkt_content: first(content),
        mkt_campaign: first(name),
        mkt_clickid: click === undefined ? null : (found.get(click) ?? null),
        mkt_network: click === undefined ? null : (clickIds[click] ?? null),
      });
    };
  },
});
