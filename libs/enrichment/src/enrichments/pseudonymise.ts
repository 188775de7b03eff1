import type { EnrichedEvent, SelfDescribing } from '@headwater/contracts';
import { ok } from '@headwater/stage';
import { z } from 'zod';
import type { IdentifyingPaths } from '../privacy/identifying-paths';
import { createJsonRewriter } from '../privacy/rewrite-json';
import { cutUrl } from '../privacy/url-privacy';
import type { MutableEvent } from '../protocol/parameters';
import { defineEnrichment } from './enrichment';

/** The atomic fields that name a person, a device or a purchase. */
export const identifierFields = [
  'user_id',
  'user_fingerprint',
  'domain_userid',
  'network_userid',
  'domain_sessionid',
  'txn_id',
  'tr_orderid',
  'ti_orderid',
  'mkt_clickid',
  'refr_domain_userid',
] as const satisfies readonly (keyof EnrichedEvent)[];

/** What is kept of the queries of URLs unless configured otherwise: campaigns, which name no one. Not click ids. */
export const defaultKeptParameters = [
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
] as const;

/** A link decoration is made of identifiers: no configuration lets it through. */
const NEVER_KEPT = '_sp';

export const pseudonymise = defineEnrichment({
  name: 'pseudonymise',
  summary:
    'Replaces what names a person by HMAC-SHA-256 pseudonyms, also where a schema marks a property as identifying, and cuts the queries of URLs by allow-list.',
  config: z.object({
    keptQueryParameters: z
      .array(z.string())
      .default([...defaultKeptParameters])
      .describe(
        'Query parameters that are kept in page and referrer URLs; all others are removed. _sp never is kept.',
      ),
  }),
  create: ({ keptQueryParameters }, { pseudonyms, identifyingPaths }) => {
    const kept: ReadonlySet<string> = new Set(keptQueryParameters.filter((name) => name !== NEVER_KEPT));
    const rewrite = createEntityRewriter(identifyingPaths);
    return function pseudonymise({ event }) {
      const { keyId, pseudonymOf } = pseudonyms.at(event.app_id, event.collector_tstamp);
      const patch: Partial<MutableEvent> = { pseudonym_key_id: keyId };
      for (const field of identifierFields) {
        const identifier = event[field];
        if (identifier !== null) patch[field] = pseudonymOf(identifier);
      }
      if (event.page_url !== null) {
        const cut = cutUrl(event.page_url, kept);
        patch.page_url = cut.url;
        patch.page_urlquery = event.page_urlquery === null ? null : cut.query;
        patch.page_urlfragment = event.page_urlfragment === null ? null : cut.fragment;
      }
      if (event.page_referrer !== null) {
        const cut = cutUrl(event.page_referrer, kept);
        patch.page_referrer = cut.url;
        patch.refr_urlquery = event.refr_urlquery === null ? null : cut.query;
        patch.refr_urlfragment = event.refr_urlfragment === null ? null : cut.fragment;
      }
      if (event.unstruct_event) patch.unstruct_event = rewrite(event.unstruct_event, pseudonymOf);
      if (event.contexts) patch.contexts = event.contexts.map((context) => rewrite(context, pseudonymOf));
      return ok(patch);
    };
  },
});

/** Rewrites the identifying properties of self-describing data; the rewriters of a schema are made once. */
function createEntityRewriter(
  identifyingPaths: IdentifyingPaths,
): (entity: SelfDescribing, pseudonymOf: (identifier: string) => string) => SelfDescribing {
  const rewriters = new WeakMap<readonly string[], ReturnType<typeof createJsonRewriter>>();
  return (entity, pseudonymOf) => {
    const paths = identifyingPaths(entity);
    if (paths.length === 0) return entity;
    const rewriter = rewriters.get(paths) ?? createJsonRewriter(paths);
    rewriters.set(paths, rewriter);
    return { ...entity, data: rewriter(entity.data, pseudonymOf) };
  };
}
