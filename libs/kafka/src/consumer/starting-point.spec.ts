import { startingPoint } from './starting-point';

it.each([
  ['nothing committed', null, 0n, 10n, { kind: 'start', at: 0n }],
  ['nothing committed, and the log was cut', null, 4n, 10n, { kind: 'start', at: 4n }],
  ['in the log', 5n, 0n, 10n, { kind: 'start', at: 5n }],
  ['at its start', 4n, 4n, 10n, { kind: 'start', at: 4n }],
  ['at its end', 10n, 0n, 10n, { kind: 'start', at: 10n }],
  ['at the end of an emptied log', 10n, 10n, 10n, { kind: 'start', at: 10n }],
  ['before its start', 3n, 4n, 10n, { kind: 'gap', from: 3n, at: 4n }],
  ['behind its end', 11n, 0n, 10n, { kind: 'aboveEnd', committed: 11n, end: 10n }],
] as const)('%s', (_case, committed, start, stableEnd, point) => {
  expect(startingPoint(committed, { start, stableEnd })).toEqual(point);
});
