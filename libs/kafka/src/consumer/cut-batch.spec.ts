import fc from 'fast-check';
import type { KafkaMessage } from 'kafkajs';
import { cutBatch } from './cut-batch';

/** Messages whose offsets have the gaps that control records and undone transactions leave. */
const fetches = fc.array(fc.record({ gap: fc.nat(3), size: fc.nat(500) }), { maxLength: 50 }).map((list) => {
  let offset = 100;
  return list.map(({ gap, size }): KafkaMessage => {
    offset += gap + 1;
    return {
      offset: String(offset),
      value: Buffer.alloc(size),
      key: null,
      timestamp: '0',
      attributes: 0,
      headers: {},
    };
  });
});
const limits = fc.record({
  maxRecords: fc.integer({ min: 1, max: 20 }),
  maxBytes: fc.integer({ min: 1, max: 2_000 }),
});

it('cuts a fetch into batches that follow on one another and keep the limits', () => {
  fc.assert(
    fc.property(fetches, limits, fc.nat(3), (messages, { maxRecords, maxBytes }, trailing) => {
      const lastOffset = BigInt(messages.at(-1)?.offset ?? 100) + BigInt(trailing);
      const cuts = cutBatch(messages, lastOffset, { maxRecords, maxBytes });
      expect(cuts.flatMap((cut) => cut.messages)).toEqual(messages);
      for (const [index, cut] of cuts.entries()) {
        expect(cut.first).toBe(BigInt(cut.messages[0].offset));
        expect(cut.next).toBe(BigInt(cut.messages.at(-1)?.offset ?? -1) + 1n);
        expect(cut.messages.length).toBeLessThanOrEqual(maxRecords);
        const bytes = cut.messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
        expect(cut.messages.length === 1 || bytes <= maxBytes).toBe(true);
        expect(cut.commit).toBe(index === cuts.length - 1 ? lastOffset + 1n : cut.next);
      }
    }),
  );
});
