import { aRegistry } from './registry.fixture';
import { createRequestRates } from './request-rates';

it('makes an app wait that sends too much, and no other', () => {
  const rates = createRequestRates(
    aRegistry({
      apps: [
        { id: 'loud', requestsPerSecond: 1, requestBurst: 2 },
        { id: 'calm', requestsPerSecond: 1 },
        { id: 'free' },
      ],
    }),
  );
  const waits = (id: string, times: readonly number[]): readonly number[] =>
    times.map((now) => rates({ id }, now));
  expect(waits('loud', [0, 0, 0, 0, 1_000, 1_000])).toEqual([0, 0, 1, 1, 0, 1]);
  expect(waits('calm', [1_000, 1_000])).toEqual([0, 0]);
  expect(
    waits(
      'free',
      Array.from({ length: 100 }, () => 1_000),
    ),
  ).toEqual(Array.from({ length: 100 }, () => 0));
});
