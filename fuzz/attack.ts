import type { Random } from '@headwater/testing';

/** A request that a client library can send. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
}

/** One hostile request. */
export interface Attack {
  /** Says what it is, so that it can be found and made again. */
  readonly name: string;
  /** A request, or bytes written to a socket as they are. */
  readonly send: HttpRequest | { readonly raw: readonly (string | Buffer)[] };
  /**
   * How many events it holds: exactly so many must be found afterwards, each in one place. `some`: at least one when the
   * answer is 200. `any`: it may well hold none.
   */
  readonly events: number | 'some' | 'any';
}

/** A family of attacks. */
export interface Campaign {
  readonly name: string;
  /** Its attacks; a family without end stops by itself after `share` of them. */
  readonly attacks: (random: Random, share: number) => Iterable<Attack>;
}

export const TP2 = '/com.snowplowanalytics.snowplow/tp2';
export const PAYLOAD_DATA = 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4';
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' } as const;

/** A POST of a body that may be anything. */
export const post = (body: string | Buffer, headers: Readonly<Record<string, string>> = {}): HttpRequest => ({
  method: 'POST',
  path: TP2,
  headers: { ...JSON_TYPE, ...headers },
  body,
});

/** A body that carries events as trackers send them. */
export const payloadOf = (...events: readonly object[]): string =>
  JSON.stringify({ schema: PAYLOAD_DATA, data: events });

/** The least that an event needs. */
export const anEvent = (random: Random, more: Readonly<Record<string, unknown>> = {}): object => ({
  e: 'pv',
  p: 'web',
  tv: 'fuzz-1',
  aid: 'fuzz',
  eid: random.uuid(),
  ...more,
});

export const selfDescribing = (kind: 'unstruct_event' | 'contexts', data: unknown): string =>
  JSON.stringify({ schema: `iglu:com.snowplowanalytics.snowplow/${kind}/jsonschema/1-0-0`, data });
