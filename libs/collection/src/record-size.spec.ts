import fc from 'fast-check';
import type { CollectorPayload } from '@headwater/contracts';
import { recordSize } from './record-size';

const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 400 }));
const payloads: fc.Arbitrary<CollectorPayload> = fc.record({
  payload_id: fc.uuid(),
  collector_tstamp: fc.nat(),
  collector: text,
  method: fc.constantFrom('GET', 'POST'),
  path: text,
  querystring: text,
  content_type: text,
  body: fc.option(fc.uint8Array({ maxLength: 5_000 }).map((bytes) => Buffer.from(bytes))),
  hostname: text,
  ip_address: text,
  user_agent: text,
  referer: text,
  headers: fc.option(fc.dictionary(fc.string({ minLength: 1 }), fc.string({ unit: 'grapheme' }))),
  network_userid: text,
  anonymous: fc.boolean(),
  cookies: fc.option(fc.dictionary(fc.string({ minLength: 1 }), fc.string({ unit: 'grapheme' }))),
  app: text,
});

/** Avro: a branch byte and a length of at most five bytes before each text, three bytes for the rest of a field. */
function avroSize(payload: CollectorPayload): number {
  const { headers, cookies, body, ...fields } = payload;
  const texts = [
    ...Object.values(fields),
    ...Object.entries({ ...headers }).flat(),
    ...Object.entries({ ...cookies }).flat(),
  ].filter((value): value is string => typeof value === 'string');
  const prefixes = 6 * (Object.keys(payload).length + texts.length);
  return prefixes + texts.reduce((sum, value) => sum + Buffer.byteLength(value), 0) + (body?.length ?? 0);
}

describe('recordSize', () => {
  it('is never less than what the record takes', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        expect(recordSize(payload)).toBeGreaterThanOrEqual(avroSize(payload));
      }),
    );
  });

  it('is close to the body for a payload of the usual kind', () => {
    const [payload] = fc.sample(payloads, 1) as [CollectorPayload];
    const usual = { ...payload, body: Buffer.alloc(1_000_000), querystring: null, headers: {} };
    expect(recordSize(usual)).toBeLessThan(1_020_000);
  });
});
