import { topics } from '@headwater/contracts';
import { scaledRuns } from '@headwater/testing';
import fc from 'fast-check';
import { cutSends, largestRecord, MAX_SEND_BYTES, sizeOf, type Encoded } from './cut-sends';

const records = fc.array(
  fc.record({
    topic: fc.constantFrom(topics.enrichedEvents, topics.validEvents, topics.stageCounts),
    partition: fc.nat(3),
    size: fc.oneof(fc.nat(2_000), fc.integer({ min: 100_000, max: 900_000 })),
  }),
  { maxLength: 60 },
);
const bytes = Buffer.alloc(900_000);
const encoded = (list: readonly { topic: Encoded['topic']; partition: number; size: number }[]): Encoded[] =>
  list.map(({ topic, partition, size }) => ({ topic, partition, key: null, value: bytes.subarray(0, size) }));

it('keeps every partition of every send below the limit of its topic, and the order', () => {
  fc.assert(
    fc.property(records.map(encoded), (all) => {
      const sends = cutSends(all);
      expect(sends.flat()).toEqual(all);
      for (const send of sends) {
        expect(send.length).toBeGreaterThan(0);
        const used = new Map<string, number>();
        for (const record of send) {
          const place = `${record.topic.name}/${String(record.partition)}`;
          used.set(place, (used.get(place) ?? 0) + sizeOf(record));
          expect(used.get(place)).toBeLessThanOrEqual(largestRecord(record.topic));
        }
        expect([...used.values()].reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_SEND_BYTES);
      }
    }),
    { numRuns: scaledRuns(200) },
  );
});

it('cuts only where it must', () => {
  fc.assert(
    fc.property(records.map(encoded), (all) => {
      const sends = cutSends(all);
      for (const [index, send] of sends.entries()) {
        const head = sends[index + 1]?.[0];
        if (!head) continue;
        const same = send.filter(
          ({ topic, partition }) => topic === head.topic && partition === head.partition,
        );
        const used = [...same, head].reduce((sum, record) => sum + sizeOf(record), 0);
        const total = [...send, head].reduce((sum, record) => sum + sizeOf(record), 0);
        expect(used > largestRecord(head.topic) || total > MAX_SEND_BYTES).toBe(true);
      }
    }),
    { numRuns: scaledRuns(200) },
  );
});

it('leaves a tenth of the topic limit free', () => {
  expect(largestRecord(topics.collectorPayloads)).toBe(Math.floor(0.9 * 2 * 1024 * 1024) - 61);
});
