import { pythonProblems } from './python-pins';

const hash = `--hash=sha256:${'a'.repeat(64)}`;

it('lets pass exact versions with hashes', () => {
  expect(
    pythonProblems('x.txt', `# made\nattrs==26.1.0 \\\n    ${hash} \\\n    ${hash}\nidna==3.20 ${hash}\n`),
  ).toEqual([]);
});

it.each([
  ['a range', `attrs>=26 ${hash}`, 'attrs>=26'],
  ['no hash', 'attrs==26.1.0', 'attrs==26.1.0'],
  ['a weak hash', 'attrs==26.1.0 --hash=md5:abc', 'attrs==26.1.0'],
  ['another index', '--index-url https://evil.example', '--index-url'],
  ['an address', `attrs @ https://evil.example/a.whl ${hash}`, 'attrs'],
])('refuses %s', (_case, line, named) => {
  expect(pythonProblems('x.txt', line)).toEqual([
    expect.stringContaining(`x.txt has ${named} without an exact version and its hashes`),
  ]);
});
