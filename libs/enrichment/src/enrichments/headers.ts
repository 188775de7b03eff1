import { maskAddresses, ok } from '@headwater/stage';
import { z } from 'zod';
import { derivedContext } from './derived-context';
import { defineEnrichment, nothing } from './enrichment';

/** Longest value, in characters: what the schema of the context allows. */
const LONGEST = 4_096;

export const headers = defineEnrichment({
  name: 'headers',
  summary:
    'Adds a http_header context for each header of the request that is named here, its value as a pseudonym unless it is named as plain. Only the headers that the collector keeps can be named: client hints, Accept-Language, Origin and the like.',
  reads: ['headers', 'app_id', 'collector_tstamp'],
  writes: ['derived_contexts'],
  config: z.object({
    names: z.array(z.string()).default([]).describe('Headers that are added, their values as pseudonyms.'),
    plain: z
      .array(z.string())
      .default([])
      .describe(
        'Headers that are added with their values as they came, addresses masked. Only name here what cannot identify anybody.',
      ),
  }),
  example: {
    settings: { plain: ['Accept-Language'] },
    given: { request: { headers: { 'accept-language': 'de-AT', origin: 'https://shop.example' } } },
    sets: {
      derived_contexts: [
        derivedContext('org.ietf', 'http_header', { name: 'accept-language', value: 'de-AT' }),
      ],
    },
  },
  create: ({ names, plain }, { pseudonyms }) => {
    const named = (list: readonly string[], isPlain: boolean): readonly (readonly [string, boolean])[] =>
      list.map((name) => [name.toLowerCase(), isPlain]);
    const wanted = new Map([...named(names, false), ...named(plain, true)]);
    return function headers({ event, request: { headers: sent } }) {
      if (sent === null || wanted.size === 0) return nothing;
      const contexts = [...wanted].flatMap(([name, isPlain]) => {
        if (!Object.hasOwn(sent, name)) return [];
        const text = sent[name] ?? '';
        const value = isPlain
          ? maskAddresses(text)
          : pseudonyms.at(event.app_id, event.collector_tstamp).pseudonymOf(text);
        return [derivedContext('org.ietf', 'http_header', { name, value: value.slice(0, LONGEST) })];
      });
      return contexts.length === 0 ? nothing : ok({ derived_contexts: contexts });
    };
  },
});
