import { growthOf, type Sample } from './memory-watch';

/** A sample each ten seconds; the size by its minute. */
const samplesOver = (minutes: number, sizeAt: (minute: number) => number): readonly Sample[] =>
  Array.from({ length: minutes * 6 }, (_none, index) => ({ at: index / 6, size: sizeAt(index / 6) }));

describe('the memory of a process', () => {
  it('says nothing of one that lived for less than five minutes', () => {
    expect(growthOf(samplesOver(4, () => 100))).toBeNull();
  });

  it('is not judged before twenty minutes', () => {
    expect(growthOf(samplesOver(15, (minute) => 100 + minute))).toMatchObject({ lately: null, minutes: 15 });
  });

  it('is judged by its last quarter of an hour, whatever it took at first', () => {
    const growth = growthOf(samplesOver(25, (minute) => (minute < 8 ? 100 + 50 * minute : 500)));
    expect(growth?.hourly).toBeGreaterThan(400);
    expect(growth?.lately).toBeCloseTo(0);
    expect(growthOf(samplesOver(25, (minute) => 100 + 10 * minute))?.lately).toBeCloseTo(600);
  });
});
