import { Parts } from './parts';

const part = (name: string, stopped: string[], fails = false) => ({
  stop: () => {
    stopped.push(name);
    return fails ? Promise.reject(new Error(name)) : Promise.resolve();
  },
});

it('stops the last first, and goes on when one fails', async () => {
  const [parts, stopped, complaints] = [new Parts(), [] as string[], [] as string[]];
  for (const name of ['a', 'b', 'c']) parts.add(part(name, stopped, name === 'b'));
  await parts.close((error) => complaints.push((error as Error).message));
  expect([stopped, complaints]).toEqual([['c', 'b', 'a'], ['b']]);
});

it('stops a part once', async () => {
  const [parts, stopped] = [new Parts(), [] as string[]];
  const first = parts.add(part('a', stopped));
  await parts.remove(first);
  await parts.close(() => undefined);
  expect(stopped).toEqual(['a']);
});

it('stops at once what comes after the end', async () => {
  const [parts, stopped] = [new Parts(), [] as string[]];
  await parts.close(() => undefined);
  parts.add(part('late', stopped));
  expect(stopped).toEqual(['late']);
});
