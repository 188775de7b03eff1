import type { EnrichedEvent, SelfDescribing } from '@headwater/contracts';
import { isPseudonym, ok } from '@headwater/stage';
import { z } from 'zod';
import type { MarkedPath, MarkedPaths } from '../privacy/marked-paths';
import { createJsonRewriter, type JsonRewriter, type Treatments } from '../privacy/rewrite-json';
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

/** Those that are read from the page URL, and never from a parameter: in a replay too they are clear. */
const derivedIdentifiers = ['mkt_clickid', 'refr_domain_userid'] as const;

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
    'Replaces what names a person by HMAC-SHA-256 pseudonyms and cuts the queries of URLs by allow-list, also where a schema marks a property as identifying or as a URL.',
  reads: [
    ...identifierFields,
    'app_id',
    'collector_tstamp',
    'page_url',
    'page_urlquery',
    'page_urlfragment',
    'page_referrer',
    'refr_urlquery',
    'refr_urlfragment',
    'unstruct_event',
    'contexts',
  ],
  writes: [
    ...identifierFields,
    'pseudonym_key_id',
    'page_url',
    'page_urlquery',
    'page_urlfragment',
    'page_referrer',
    'refr_urlquery',
    'refr_urlfragment',
    'unstruct_event',
    'contexts',
  ],
  config: z.object({
    keptQueryParameters: z
      .array(z.string())
      .default([...defaultKeptParameters])
      .describe(
        'Query parameters that are kept in page and referrer URLs; all others are removed. _sp never is kept.',
      ),
  }),
  example: {
    given: {
      event: {
        user_id: 'alice',
        page_url: 'https://shop.example/cart?utm_source=mail&token=1',
        page_urlquery: 'utm_source=mail&token=1',
      },
    },
    sets: {
      pseudonym_key_id: 'test-1',
      user_id: '7f2a02eebdbcc86839c572e9be13ad58',
      page_url: 'https://shop.example/cart?utm_source=mail',
      page_urlquery: 'utm_source=mail',
      page_urlfragment: null,
    },
  },
  create: ({ keptQueryParameters }, { pseudonyms, markedPaths }) => {
    const kept: ReadonlySet<string> = new Set(keptQueryParameters.filter((name) => name !== NEVER_KEPT));
    const rewrite = createEntityRewriter(markedPaths);
    const cutQuery = (url: string): string => cutUrl(url, kept).url;
    return function pseudonymise({ event, replay }) {
      const { keyId, pseudonymOf } = pseudonyms.at(event.app_id, event.collector_tstamp);
      const patch: Partial<MutableEvent> = { pseudonym_key_id: replay?.pseudonym_key_id ?? keyId };
      for (const field of replay === null ? identifierFields : derivedIdentifiers) {
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
      const treatments = { identifying: pseudonymOf, url: cutQuery };
      /** Who sent the replay may know fewer schemas than we do: what is no pseudonym is never taken for one. */
      const treatmentsAt = (place: string): Treatments =>
        replay === null || replay.unpseudonymised?.includes(place) === true
          ? treatments
          : { ...treatments, identifying: (value) => (isPseudonym(value) ? value : pseudonymOf(value)) };
      if (event.unstruct_event)
        patch.unstruct_event = rewrite(event.unstruct_event, treatmentsAt('unstruct_event'));
      if (event.contexts)
        patch.contexts = event.contexts.map((context, index) =>
          rewrite(context, treatmentsAt(`contexts/${index}`)),
        );
      return ok(patch);
    };
  },
});

/** Rewrites the marked places of self-describing data; the rewriter of a schema is made once. */
function createEntityRewriter(
  markedPaths: MarkedPaths,
): (entity: SelfDescribing, treatments: Treatments) => SelfDescribing {
  const rewriters = new WeakMap<readonly MarkedPath[], JsonRewriter>();
  return (entity, treatments) => {
    const places = markedPaths(entity);
    if (places.length === 0) return entity;
    const rewriter = rewriters.get(places) ?? createJsonRewriter(places);
    rewriters.set(places, rewriter);
    return { ...entity, data: rewriter(entity.data, treatments) };
  };
}
