import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { corpora } from '@headwater/testing';
import { measure } from './measure';
import { names, sameAs } from './naming';
import { PAGE, pageOf } from './page';

const agreements = measure();

it('is what the page says: run `npm run measure:user-agents` and look at what changed', () => {
  expect(readFileSync(join(resolve(__dirname, '../..'), PAGE), 'utf8')).toBe(pageOf(agreements));
});

it('covers every case of uap-core, and each is agreed, silent or other', () => {
  expect(agreements.map(({ cases }) => cases)).toEqual([437, 145, 1_589]);
  for (const { cases, agreed, silent, other } of agreements) expect(agreed + silent + other).toBe(cases);
});

it('knows no other word for a name that uap-core does not use', () => {
  const families = ['test_ua.json', 'test_os.json', 'test_device.json'].flatMap((file) =>
    (
      JSON.parse(readFileSync(corpora('uap-core', file), 'utf8')) as readonly { readonly family: string }[]
    ).map(({ family }) => family),
  );
  const known = Object.values(names).flatMap((table) => Object.keys(table));
  expect(known.filter((name) => !families.includes(name))).toEqual([]);
});

it.each<[string, Parameters<typeof sameAs>, boolean]>([
  ['the same name', ['browser', 'Firefox', { family: 'Firefox' }], true],
  ['another spelling', ['browser', 'PaleMoon', { family: 'Pale Moon' }], true],
  ['another word for it', ['system', 'Mac OS', { family: 'Mac OS X' }], true],
  ['the word of another kind', ['browser', 'Mac OS', { family: 'Mac OS X' }], false],
  ['another browser', ['browser', 'Chrome', { family: 'Seznam prohlížeč' }], false],
  ['nothing', ['browser', 'Other', { family: 'Pinterest' }], false],
  [
    'a device by its model',
    ['device', 'GT-I9502', { family: 'Samsung GT-I9502', brand: 'Samsung', model: 'GT-I9502' }],
    true,
  ],
  [
    'a device of another model',
    ['device', 'GT-I9500', { family: 'Samsung GT-I9502', brand: 'Samsung', model: 'GT-I9502' }],
    false,
  ],
  ['a browser by a model', ['browser', 'X', { family: 'Y', model: 'X' }], false],
])('takes %s for what it is', (_case, given, expected) => {
  expect(sameAs(...given)).toBe(expected);
});
