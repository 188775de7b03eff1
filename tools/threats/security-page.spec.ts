import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { titlesIn } from './titles';

const root = resolve(__dirname, '../..');
const page = readFileSync(join(root, 'SECURITY.md'), 'utf8');

/** The rows of the table of threats, cell by cell. */
const rows = (page.slice(page.indexOf('| threat |')).split('\n\n')[0] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| threat |'))
  .map((line) => line.slice(2, -2).split(' | '));

const tests = rows.flatMap(([threat = '', , , proof = '']) =>
  [...proof.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(
    ([, test = '', file = '']) => [threat, test, file] as const,
  ),
);

it('the table of threats is read', () => {
  expect(rows.length).toBeGreaterThan(25);
});

it.each(rows.map(([threat = '', requirement = '', where = '']) => [threat, requirement, where] as const))(
  '%s is met somewhere that exists',
  (threat, requirement, where) => {
    expect(requirement).not.toBe('');
    const places = [...where.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
    expect(places).not.toEqual([]);
    expect(places.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(tests.some(([of]) => of === threat)).toBe(true);
  },
);

it.each(tests)('%s: the test "%s" is in %s', (_threat, test, file) => {
  expect([...titlesIn(readFileSync(join(root, file), 'utf8'))]).toContain(test);
});
