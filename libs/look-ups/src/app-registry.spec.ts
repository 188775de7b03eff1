import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openAppRegistry } from './app-registry';

const folder = mkdtempSync(join(tmpdir(), 'apps-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const open = (text: string) => {
  const file = join(folder, 'apps.yaml');
  writeFileSync(file, text);
  return openAppRegistry({ file });
};

it('is none where none is named', () => {
  expect(openAppRegistry({})).toBeNull();
});

it.each([
  ['YAML', 'unknown: fail\napps:\n  - id: shop\n    origins: [https://shop.example]\n'],
  ['JSON', '{"unknown": "fail", "apps": [{"id": "shop", "origins": ["https://shop.example"]}]}'],
])('is read from %s', (_case, text) => {
  expect(open(text)).toMatchObject({
    unknown: 'fail',
    apps: [{ id: 'shop', origins: ['https://shop.example'], keys: [], strict: false }],
  });
});

it('reads the example of the documentation', () => {
  const page = readFileSync(resolve(__dirname, '../../../docs/how-to/app-registry.md'), 'utf8');
  const example = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? '';
  expect(open(example)?.apps.map(({ id }) => id)).toEqual(['shop', 'billing', 'shop-dev']);
});

it('says all that is wrong with it, and where', () => {
  expect(() => open('unknown: maybe\napps:\n  - name: shop\n')).toThrow(
    /APPS__FILE names .*apps\.yaml: unknown: [^]*APPS__FILE names .*apps\.0\.id: /,
  );
});

it.each([
  ['is no YAML', 'apps: [', /apps\.yaml, which cannot be read/],
  ['holds a key in a line that is none', 'apps:\n  - keys: ["secret-key-1" "x"]\n', /cannot be read/],
])('says that a file %s, and shows nothing of it', (_case, text, message) => {
  expect(() => open(text)).toThrow(message);
  expect(() => open(text)).not.toThrow('secret-key-1');
});

it('says that a file is not there', () => {
  expect(() => openAppRegistry({ file: join(folder, 'none.yaml') })).toThrow(
    /none\.yaml.*cannot be read.*ENOENT/,
  );
});
