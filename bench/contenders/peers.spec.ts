import { peersFrom } from './peers';

it('are none unless the environment names some', () => {
  expect(peersFrom(undefined)).toEqual([]);
  expect(peersFrom(' ')).toEqual([]);
});

it('become contenders', () => {
  const text = JSON.stringify([
    {
      name: 'Other',
      command: 'exec other {port}',
      path: '/x',
      body: '/tmp/body.json',
      topic: 'other',
      recordsPerPost: 'one an event',
    },
  ]);
  expect(peersFrom(text)).toEqual([
    {
      name: 'Other',
      stage: 'collector',
      role: 'peer',
      does: 'Another program: `exec other {port}`.',
      start: { kind: 'command', command: 'exec other {port}' },
      topic: 'other',
      path: '/x',
      bodyFile: '/tmp/body.json',
      records: 'one an event',
    },
  ]);
});

it('say that nothing is checked where they name no topic', () => {
  const [peer] = peersFrom('[{"name": "a", "command": "b"}]');
  expect(peer).toMatchObject({ topic: null, does: expect.stringContaining('not checked') as string });
});

it.each([
  ['no JSON', '{', /is not JSON. Write a list such as/],
  ['a missing field', '[{"name": "x"}]', /at \[0\.command\]/],
  ['a field that does not exist', '[{"name": "x", "command": "y", "prot": 1}]', /prot/],
])('are refused with an example when there is %s', (_case, text, sentence) => {
  expect(() => peersFrom(text)).toThrow(sentence);
});
