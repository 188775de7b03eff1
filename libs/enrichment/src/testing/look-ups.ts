import type { EnrichedEvent } from '@headwater/contracts';
import { anEnrichedEvent } from '@headwater/testing';
import type { Draft, LookUps } from '../enrichments/enrichment';
import { markedPathsIn } from '../privacy/marked-paths';
import { createPseudonyms } from '../privacy/pseudonyms';

export const testKey = { id: 'test-1', secret: 'a secret for tests, 32 characters and more' };

/** A schema that marks `user_id` and the `mail` of each of its `friends` as identifying, and `link` as a URL. */
export const accountSchema = {
  self: { vendor: 'com.acme', name: 'account', format: 'jsonschema', version: '1-0-0' },
  type: 'object',
  properties: {
    link: { type: 'string', 'headwater:url': true },
    user_id: { type: ['string', 'number', 'null'], 'headwater:identifying': true },
    friends: {
      type: 'array',
      items: { type: 'object', properties: { mail: { type: 'string', 'headwater:identifying': true } } },
    },
  },
};

const countries: Readonly<Record<string, string>> = { '203.0.113.0': 'GB', '198.51.100.0': 'FR' };

/** Look-ups with two known networks, one key and one schema. */
export const testLookUps = (known: Partial<LookUps> = {}): LookUps => ({
  countryOf: (address) => countries[address] ?? null,
  pseudonyms: createPseudonyms([testKey]),
  markedPaths: markedPathsIn([accountSchema]),
  ...known,
});

/** What an enrichment gets: an event with nothing enriched yet but what the test is about. */
export const aDraft = (
  known: Partial<EnrichedEvent> = {},
  user_ipaddress: string | null = null,
  request: Partial<Draft['request']> = {},
): Draft => ({
  event: anEnrichedEvent({ geo_country: null, is_bot: null, ...known }),
  user_ipaddress,
  replay: null,
  request: { headers: null, cookies: null, user_agent: null, ...request },
});
