import { derivedContext } from './derived-context';
import { defineEnrichment } from './enrichment';
import { namedValues, namedValuesConfig } from './named-values';

export const headers = defineEnrichment({
  name: 'headers',
  summary:
    'Adds a http_header context for each header of the request that is named here, its value as a pseudonym unless it is named as plain. Only the headers that the collector keeps can be named: client hints, Accept-Language, Origin and the like.',
  reads: ['headers', 'app_id', 'collector_tstamp'],
  writes: ['derived_contexts'],
  config: namedValuesConfig('Headers'),
  example: {
    settings: { plain: ['Accept-Language'] },
    given: { request: { headers: { 'accept-language': 'de-AT', origin: 'https://shop.example' } } },
    sets: {
      derived_contexts: [
        derivedContext('org.ietf', 'http_header', { name: 'accept-language', value: 'de-AT' }),
      ],
    },
  },
  create: ({ names, plain }, lookUps) => {
    const inLowerCase = (list: readonly string[]): string[] => list.map((name) => name.toLowerCase());
    const settings = { names: inLowerCase(names), plain: inLowerCase(plain) };
    const add = namedValues('http_header', settings, lookUps);
    return function headers({ event, request }) {
      return add(request.headers, event);
    };
  },
});
