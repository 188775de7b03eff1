import { parseAffinity } from './affinity';

it.each([
  ['one', "pid 7's current affinity list: 3\n", [3]],
  ['a range', "pid 7's current affinity list: 0-2\n", [0, 1, 2]],
  ['a mixture', "pid 7's current affinity list: 0,2-4,9\n", [0, 2, 3, 4, 9]],
  ['an error', 'taskset: failed to get pid 7: No such process\n', []],
])('reads %s', (_case, text, processors) => {
  expect(parseAffinity(text)).toEqual(processors);
});
