import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { corpora } from '@headwater/testing';
import { measure } from './measure';
import { names } from './naming';
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
