import { derivedContext } from './derived-context';
import { defineEnrichment } from './enrichment';
import { namedValues, namedValuesConfig } from './named-values';

export const cookies = defineEnrichment({
  name: 'cookies',
  summary:
    'Adds a http_cookie context for each cookie of the request that is named here, its value as a pseudonym: cookies mostly identify somebody. The collector must keep the cookie too.',
  reads: ['cookies', 'app_id', 'collector_tstamp'],
  writes: ['derived_contexts'],
  config: namedValuesConfig('Cookies'),
  example: {
    settings: { plain: ['theme'] },
    given: { request: { cookies: { theme: 'dark', visitor: '4711' } } },
    sets: { derived_contexts: [derivedContext('org.ietf', 'http_cookie', { name: 'theme', value: 'dark' })] },
  },
  create: (settings, lookUps) => {
    const add = namedValues('http_cookie', settings, lookUps);
    return function cookies({ event, request }) {
      return add(request.cookies, event);
    };
  },
});
