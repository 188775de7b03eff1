import { anEvent, payloadOf, post, selfDescribing, type Attack, type Campaign } from '../attack';
import type { Random } from '@headwater/testing';

/** Pieces that break parsers, put into a text at any place. */
const PIECES = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\u0000',
  '\\u0000',
  '\\ud800',
  '\ufeff',
  '\\u0069p',
  'null',
  'true',
  '-',
  '1e999',
  '0x1F',
  '"__proto__":{"polluted":1},',
  '"constructor":{"prototype":{"polluted":1}},',
  '"ip":"203.0.113.9",',
  '"data":[],',
  '"schema":"iglu:a/b/c/1-0-0",',
  '%00',
  '%zz',
  '&',
  '=',
  '\r\n',
  '\u2028',
  '\u202e',
  '🦆',
] as const;

const someData = (random: Random): object => ({
  schema: random.pick([
    'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1',
    'iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0',
    'iglu:com.gitlab/gitlab_standard/jsonschema/1-1-8',
    'iglu:com.acme/unknown/jsonschema/1-0-0',
  ]),
  data: {
    targetUrl: 'https://shop.example/',
    id: random.uuid(),
    environment: 'production',
    n: random.next(),
  },
});

function aBody(random: Random): string {
  const events = Array.from({ length: 1 + random.below(4) }, () =>
    anEvent(random, {
      e: random.pick(['pv', 'ue', 'se', 'pp', 'tr', 'ti', 'xx']),
      url: 'https://shop.example/cart?utm_source=mail#top',
      dtm: String(1_790_000_000_000 + random.below(1_000_000)),
      res: '1280x720',
      ue_pr: selfDescribing('unstruct_event', someData(random)),
      cx: Buffer.from(selfDescribing('contexts', [someData(random), someData(random)])).toString('base64url'),
    }),
  );
  return payloadOf(...events);
}

function mutated(body: Buffer, random: Random): Buffer {
  const at = random.below(body.length + 1);
  const end = Math.min(body.length, at + random.below(32));
  const join = (...parts: readonly (Buffer | string)[]): Buffer =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  switch (random.below(7)) {
    case 0: // another byte
      return join(body.subarray(0, at), Buffer.from([random.below(256)]), body.subarray(at + 1));
    case 1: // a piece
      return join(body.subarray(0, at), random.pick(PIECES), body.subarray(at));
    case 2: // something left out
      return join(body.subarray(0, at), body.subarray(end));
    case 3: // something twice
      return join(body.subarray(0, end), body.subarray(at));
    case 4: // the rest cut off
      return body.subarray(0, at);
    case 5: // two places exchanged
      return join(body.subarray(0, at), body.subarray(end), body.subarray(at, end));
    default: // one bit
      return join(
        body.subarray(0, at),
        Buffer.from([(body[at] ?? 0) ^ (1 << random.below(8))]),
        body.subarray(at + 1),
      );
  }
}

/** Good payloads with one to four places broken at random. */
export const mutations: Campaign = {
  name: 'mutated payloads',
  *attacks(random, share): Iterable<Attack> {
    for (let index = 0; index < share; index += 1) {
      let body: Buffer = Buffer.from(aBody(random));
      for (let times = 1 + random.below(4); times > 0; times -= 1) body = mutated(body, random);
      const send = post(body, {}); // an empty body without a query is a payload too
      yield { name: `mutation ${String(index)}: ${body.toString('base64')}`, send, events: 'some' };
    }
  },
};
