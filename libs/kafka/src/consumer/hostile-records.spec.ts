import { topics } from '@headwater/contracts';
import fc from 'fast-check';
import { TopicCodec } from '../avro/topic-codec';

/**
 * Records that nobody of us wrote: lengths and counts that promise far more than there is, at every place of every topic's
 * record. They are undecodable, or by chance a value; they cost neither time nor memory. `PROPERTY_RUNS` sets the random ones.
 */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 200);
const ID = 1;
const PLACES = 24;
/** What one record may take; a busy machine may stop for longer than the 50 ms that are meant. */
const MOST_MS = 250;
const MOST_HEAP = 64 * 1024 * 1024;

/** A number as Avro writes it: zigzag, seven bits a byte, the lowest first. */
function varint(number: bigint): Buffer {
  const bytes: number[] = [];
  let rest = number >= 0n ? number * 2n : -number * 2n - 1n;
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

const bombs: Readonly<Record<string, Buffer>> = {
  'a length of 1 MiB': varint(1n << 20n),
  'a length of 2 GiB': varint(1n << 31n),
  'a length of 2^62': varint(1n << 62n),
  'a length below zero': varint(-1n),
  'a block of -2^31 items': Buffer.concat([varint(-(1n << 31n)), varint(1n)]),
  'counts in counts': Buffer.concat(Array.from({ length: 200 }, () => varint(1n << 20n))),
  'a number without end': Buffer.alloc(10_000, 0xff),
  'nothing but zeros': Buffer.alloc(20_000),
  'nothing but ones': Buffer.alloc(20_000, 2),
};

/** Milliseconds that the record took; throws what the codec throws. */
function costOf(codec: TopicCodec, content: Buffer): number {
  const header = Buffer.alloc(5);
  header.writeInt32BE(ID, 1);
  const began = performance.now();
  const decoded = codec.decode(Buffer.concat([header, content]));
  expect('value' in decoded || decoded.reason !== '').toBe(true);
  return performance.now() - began;
}

describe.each(Object.values(topics).map((topic) => [topic.name, new TopicCodec(topic, ID)] as const))(
  'a hostile record in %s',
  (_name, codec) => {
    it.each(Object.entries(bombs))(
      `costs nothing: %s, at each of ${String(PLACES)} places`,
      (_bomb, bytes) => {
        const before = process.memoryUsage().heapUsed;
        // Behind zeros, fields are empty and unions null; behind twos, texts have one letter and unions a value.
        const costs = Array.from({ length: PLACES }, (_, at) =>
          [0, 2].map((filling) => costOf(codec, Buffer.concat([Buffer.alloc(at, filling), bytes]))),
        ).flat();
        expect(costs).toHaveLength(2 * PLACES);
        expect(Math.max(...costs)).toBeLessThan(MOST_MS);
        expect(process.memoryUsage().heapUsed - before).toBeLessThan(MOST_HEAP);
      },
    );

    it('costs nothing, whatever its bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
          expect(costOf(codec, Buffer.from(bytes))).toBeLessThan(MOST_MS);
        }),
        { numRuns: RUNS },
      );
    });
  },
);
