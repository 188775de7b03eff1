import fc from 'fast-check';
import { SeenIds } from './seen-ids';

describe('SeenIds', () => {
  it('knows the newest ids and no more than twice its capacity', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.nat(200)), (capacity, numbers) => {
        const seen = new SeenIds(capacity);
        const recent: string[] = [];
        for (const number of numbers) {
          const id = String(number);
          const isNew = seen.add(id);
          if (recent.slice(-capacity).includes(id)) expect(isNew).toBe(false);
          if (!recent.includes(id)) expect(isNew).toBe(true);
          recent.push(id);
          expect(seen.size).toBeLessThanOrEqual(2 * capacity);
        }
      }),
    );
  });
});
