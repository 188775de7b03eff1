import { isInTime } from './run-control';

it.each([
  ['no alert has to be raised', [], null, true],
  ['one is raised within a minute', ['accounting'], 59.9, true],
  ['one is raised later', ['accounting'], 60.1, false],
  ['one has to be raised, and none is', ['accounting'], null, false],
])('is in time where %s: %s after %s s', (_case, alerts, seconds, inTime) => {
  expect(isInTime(alerts, seconds)).toBe(inTime);
});
