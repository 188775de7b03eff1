import { maskAddresses, ok } from '@headwater/stage';
import { z } from 'zod';
import { derivedContext } from './derived-context';
import { defineEnrichment, nothing } from './enrichment';

/** Longest value, in characters: what the schema of the context allows. */
const LONGEST = 4_096;

export const cookies = defineEnrichment({
  name: 'cookies',
  summary:
    'Adds a http_cookie context for each cookie of the request that is named here, its value as a pseudonym: cookies mostly identify somebody. The collector must keep the cookie too.',
  reads: ['cookies', 'app_id', 'collector_tstamp'],
  writes: ['derived_contexts'],
  config: z.object({
    names: z.array(z.string()).default([]).describe('Cookies that are added, their values as pseudonyms.'),
    plain: z
      .array(z.string())
      .default([])
      .describe(
        'Cookies that are added with their values as they came, addresses masked. Only name here what cannot identify anybody.',
      ),
  }),
  example: {
    settings: { plain: ['theme'] },
    given: { request: { cookies: { theme: 'dark', visitor: '4711' } } },
    sets: { derived_contexts: [derivedContext('org.ietf', 'http_cookie', { name: 'theme', value: 'dark' })] },
  },
  create: ({ names, plain }, { pseudonyms }) => {
    const wanted = new Map([
      ...names.map((name) => [name, false] as const),
      ...plain.map((name) => [name, true] as const),
    ]);
    return function cookies({ event, request: { cookies: sent } }) {
      if (sent === null || wanted.size === 0) return nothing;
      const contexts = [...wanted].flatMap(([name, isPlain]) => {
        if (!Object.hasOwn(sent, name)) return [];
        const text = sent[name] ?? '';
        const value = isPlain
          ? maskAddresses(text)
          : pseudonyms.at(event.app_id, event.collector_tstamp).pseudonymOf(text);
        return [derivedContext('org.ietf', 'http_cookie', { name, value: value.slice(0, LONGEST) })];
      });
      return contexts.length === 0 ? nothing : ok({ derived_contexts: contexts });
    };
  },
});
