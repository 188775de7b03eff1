import { slopeOf } from './slope';

it('finds the cost of a unit behind a cost of starting', () => {
  const points = [0, 100, 250, 400, 900].map((done) => ({ done, cost: 5_000 + 20 * done }));
  expect(slopeOf(points)).toBeCloseTo(20);
});

it('evens out what was in hand when somebody looked', () => {
  const points = Array.from({ length: 50 }, (_none, index) => ({
    done: index * 1_000,
    cost: 30 * index * 1_000 + (index % 2 === 0 ? 4_000 : -4_000),
  }));
  expect(slopeOf(points)).toBeCloseTo(30, 0);
});

it('is null for fewer than three different points', () => {
  expect(slopeOf([])).toBeNull();
  expect(
    slopeOf([
      { done: 1, cost: 1 },
      { done: 1, cost: 2 },
      { done: 2, cost: 3 },
    ]),
  ).toBeNull();
});
