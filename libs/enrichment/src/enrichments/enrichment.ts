import type { CollectorPayload, EnrichedEvent, Replay } from '@headwater/contracts';
import type { Outcome } from '@headwater/stage';
import type { z } from 'zod';
import type { MarkedPaths } from '../privacy/marked-paths';
import type { Pseudonyms } from '../privacy/pseudonyms';

/** What an enrichment sees. */
export interface Draft {
  /** The event as the enrichments before left it. */
  readonly event: EnrichedEvent;
  /** Address of the visitor, truncated by the collector; it is never written, and null once `dropIp` ran. */
  readonly user_ipaddress: string | null;
  /** Set when the event comes again from a failed one: its identifiers are pseudonyms already, its country is known. */
  readonly replay: Replay | null;
  /** What the collector kept of the request, by its own allow-lists; nothing of it in a replay but the user agent. */
  readonly request: Pick<CollectorPayload, 'headers' | 'cookies' | 'user_agent'>;
}

/** The fields that an enrichment sets, its `derived_contexts` being added to those of others; or the address, removed. */
export type Patch = Partial<EnrichedEvent> | { readonly user_ipaddress: null };

/** Pure: equal drafts give equal patches. */
export type Enrich = (draft: Draft) => Outcome<Patch>;

/** What an enrichment says that has nothing to set: always this one, so that it is known without a look. */
export const nothing: Outcome<Patch> = { kind: 'ok', value: {} };

/** What enrichments look things up in. Made by the service, which owns files and secrets. */
export interface LookUps {
  /** ISO 3166-1 alpha-2 code of an address; null where the database has none. */
  readonly countryOf: (address: string) => string | null;
  readonly pseudonyms: Pseudonyms;
  /** Places in self-describing data that a schema marks as identifying or as a URL. */
  readonly markedPaths: MarkedPaths;
}

/** What an enrichment may read besides the fields of the event. */
type RequestPart = 'user_ipaddress' | 'headers' | 'cookies' | 'user_agent';

/** One run of an enrichment: printed in its documentation, and run by a test. */
export interface Example {
  /** Settings that differ from the defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly given: {
    readonly event?: Partial<EnrichedEvent>;
    readonly user_ipaddress?: string;
    readonly request?: Partial<Draft['request']>;
  };
  /** The patch that comes out. */
  readonly sets: Patch;
}

/** What an enrichment says of itself: the reference page is printed from it, and a test holds it to it. */
interface Description {
  readonly name: string;
  readonly summary: string;
  /** All that it may look at. */
  readonly reads: readonly (keyof EnrichedEvent | RequestPart)[];
  /** All that it may set. */
  readonly writes: readonly (keyof EnrichedEvent | 'user_ipaddress')[];
  readonly example: Example;
}

/** One enrichment, in one file, and one line in the list that gives the order. */
export interface Enrichment extends Description {
  readonly config: z.ZodObject;
  /** @param config what `config` accepts; missing settings take their defaults */
  readonly create: (config: unknown, lookUps: LookUps) => Enrich;
}

/** Describes an enrichment to the pipeline, the reference pages and the configuration. */
export const defineEnrichment = <Config extends z.ZodObject>(
  enrichment: Description & {
    readonly config: Config;
    readonly create: (config: z.infer<Config>, lookUps: LookUps) => Enrich;
  },
): Enrichment => ({
  ...enrichment,
  create: (config, lookUps) => enrichment.create(enrichment.config.parse(config ?? {}), lookUps),
});
