import { topics } from '@headwater/contracts';
import { scaledRuns } from '@headwater/testing';
import fc from 'fast-check';
import { TopicCodec } from '../avro/topic-codec';

/**
 * Records that nobody of us wrote: lengths and counts that promise far more than there is, at every place of every topic's
 * record. They are undecodable, or by chance a value that is no larger than its bytes; one that is read for ever runs into the
 * limit of the test. `npm run fuzz -- --properties` tries the random ones more often.
 */
const RUNS = scaledRuns(200);
const ID = 1;
const PLACES = 24;
/** Of fields that are null or empty, which take a byte or none. */
const MOST_FIELDS = 200;

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

/** Values and characters in what a record is decoded to, beyond its bytes; below 0 where there are fewer. */
function excessOf(codec: TopicCodec, content: Buffer): number {
  const header = Buffer.alloc(5);
  header.writeInt32BE(ID, 1);
  const decoded = codec.decode(Buffer.concat([header, content]));
  expect('value' in decoded || decoded.reason !== '').toBe(true);
  return 'value' in decoded ? sizeOf(decoded.value) - content.length : 0;
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, part) => sum + sizeOf(part), 1);
}

describe.each(Object.values(topics).map((topic) => [topic.name, new TopicCodec(topic, ID)] as const))(
  'a hostile record in %s',
  (_name, codec) => {
    it.each(Object.entries(bombs))(
      `costs nothing: %s, at each of ${String(PLACES)} places`,
      (_bomb, bytes) => {
        // Behind zeros, fields are empty and unions null; behind twos, texts have one letter and unions a value.
        const excesses = Array.from({ length: PLACES }, (_, at) =>
          [0, 2].map((filling) => excessOf(codec, Buffer.concat([Buffer.alloc(at, filling), bytes]))),
        ).flat();
        expect(excesses).toHaveLength(2 * PLACES);
        expect(Math.max(...excesses)).toBeLessThan(MOST_FIELDS);
      },
    );

    it('costs nothing, whatever its bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
          expect(excessOf(codec, Buffer.from(bytes))).toBeLessThan(MOST_FIELDS);
        }),
        { numRuns: RUNS },
      );
    });
  },
);
