import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const textOf = (file: string): string => readFileSync(resolve(root, file), 'utf8');

/** What people copy commands from. */
const pages = globSync(['*.md', 'Dockerfile', 'docs/**/*.md', 'services/*/README.md'], { cwd: root });
/** The commands that start a container and open one of its ports. */
const published = pages.flatMap((page) =>
  [...textOf(page).matchAll(/docker run [^\n]*?-p (\S+) [^\n]*sandbox/g)].map(
    ([, port = '']) => [page, port] as const,
  ),
);

describe('the sandbox, which asks nobody to sign in', () => {
  it('listens on this machine alone, unless it is told otherwise', () => {
    expect(textOf('services/sandbox/src/config.ts')).toContain("http: { host: '127.0.0.1', port: 9090 }");
  });

  it('is published for this machine alone in every example', () => {
    expect(published.length).toBeGreaterThan(3);
    expect(published.filter(([, port]) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });
});
