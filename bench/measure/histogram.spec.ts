import { Histogram } from './histogram';

it('gives percentiles within 1 %', () => {
  const histogram = new Histogram();
  for (let value = 1; value <= 100_000; value += 1) histogram.add(value);
  for (const percent of [1, 50, 99, 99.9]) {
    const exact = percent * 1_000;
    expect(Math.abs((histogram.percentile(percent) ?? 0) - exact) / exact).toBeLessThan(0.01);
  }
  expect(histogram.count).toBe(100_000);
});

it('is empty at first and after being cleared', () => {
  const histogram = new Histogram();
  expect(histogram.percentile(50)).toBeNull();
  histogram.add(3);
  histogram.clear();
  expect([histogram.percentile(50), histogram.count]).toEqual([null, 0]);
});
