import { collect, type CollectionPolicy, type Part } from '@headwater/collection';
import type { CollectorPayload, EnrichedEvent } from '@headwater/contracts';
import { createEnricher, createPseudonyms, markedPathsIn } from '@headwater/enrichment';
import type { Fate } from '@headwater/stage';
import { BUILT_AT } from '@headwater/testing';
import { TRUNCATED } from './canary';

/** Address of the peer: what comes out of the enricher names it no more than the visitor's. */
export const PEER = '198.51.100.23';
export const TRUNCATED_PEER = '198.51.100.0';

type TrackingRequest = Parameters<typeof collect>[0];
/** What an input makes of a request. */
export type Sent = Pick<TrackingRequest, 'method' | 'path' | 'querystring' | 'body'>;

/** How a request is collected. */
export interface Way {
  readonly name: string;
  readonly anonymous?: boolean;
  /** Largest body of one record, bytes; by default, none is too large. */
  readonly maximumBodyBytes?: number;
  readonly contentType?: string;
}

/** What came out for a request. */
export interface Passed {
  readonly kind: 'ok' | 'split' | 'failed';
  readonly parts: readonly Part[];
  /** Of each part that was collected, in order. */
  readonly fates: readonly (readonly Fate<EnrichedEvent>[])[];
}

const RECORD_FRAME = 8_192;
const LARGEST_BODY = 1_000_000;

const policyOf = (maximumBodyBytes: number): CollectionPolicy => ({
  processor: 'headwater-collector/0.1.0',
  address: { trustedProxies: null, header: 'any' },
  cookie: {
    enabled: true,
    name: 'sp',
    clientName: null,
    maxAgeSeconds: 60,
    domains: [],
    fallbackDomain: null,
    sameSite: 'None',
    secure: true,
  },
  bounce: null,
  keptCookies: [],
  maximumBodyBytes,
  maximumRecordBytes: maximumBodyBytes + RECORD_FRAME + 3 * LARGEST_BODY,
});

const enricher = createEnricher({
  processor: 'headwater-enricher/0.1.0',
  lookUps: {
    countryOf: (address) => (address === TRUNCATED ? 'GB' : null),
    pseudonyms: createPseudonyms([
      { id: 'fuzz-1', secret: 'a secret for the fuzzer, longer than 32 characters' },
    ]),
    markedPaths: markedPathsIn([
      {
        self: { vendor: 'com.acme', name: 'account', format: 'jsonschema', version: '1-0-0' },
        type: 'object',
        properties: {
          link: { type: 'string', 'headwater:url': true },
          user_id: { type: ['string', 'number'], 'headwater:identifying': true },
          friends: {
            type: 'array',
            items: {
              type: 'object',
              properties: { mail: { type: 'string', 'headwater:identifying': true } },
            },
          },
        },
      },
    ]),
  },
});

/** Sends a request through the collector and what it makes of it through the enricher, as records do. */
export function pass(sent: Sent, way: Way): Passed {
  const headers = {
    host: 'collect.shop.example',
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    ...(sent.body === null ? {} : { 'content-type': way.contentType ?? 'application/json; charset=utf-8' }),
  };
  const collected = collect(
    {
      ...sent,
      askedPath: sent.path,
      asksFor: sent.method === 'POST' ? 'ok' : 'pixel',
      headers,
      socketAddress: PEER,
    },
    policyOf(way.maximumBodyBytes ?? LARGEST_BODY),
    {
      now: BUILT_AT,
      payloadId: '0b4f3a52-7a3e-4b83-9d0a-3a4f3d5b1c11',
      newId: () => 'cccccccc-0000-4000-8000-00000000000c',
      app: null,
      anonymous: way.anonymous ?? false,
    },
  );
  if (collected.kind === 'bounced') throw new Error('A request is bounced, which nobody asked for.');
  const parts = partsOf(collected);
  return {
    kind: collected.kind,
    parts,
    fates: payloadsIn(parts).map((payload) => enricher.payload(payload)),
  };
}

function partsOf(collected: Exclude<ReturnType<typeof collect>, { kind: 'bounced' }>): readonly Part[] {
  if (collected.kind === 'split') return [...collected.parts];
  return collected.kind === 'ok'
    ? [{ kind: 'ok', payload: collected.payload, firstIndex: 0 }]
    : [{ kind: 'failed', event: collected.event }];
}

/** What goes on to the enricher. */
export const payloadsIn = (parts: readonly Part[]): readonly CollectorPayload[] =>
  parts.flatMap((part) => (part.kind === 'ok' ? [part.payload] : []));
