import type { z } from 'zod';
import { aDraft, testLookUps } from '../testing/look-ups';
import { enrichments, enrichmentsConfig } from '.';

const names = enrichments.map(({ name }) => name);

it('drops the address last', () => {
  expect(names.at(-1)).toBe('dropIp');
  expect(enrichments.at(-1)?.create({}, testLookUps())(aDraft({}, '203.0.113.0'))).toEqual({
    kind: 'ok',
    value: { user_ipaddress: null },
  });
});

it('pseudonymises after everything that reads clear identifiers', () => {
  expect(names.indexOf('pseudonymise')).toBe(names.length - 2);
});

it('gives every enrichment a name of its own, a summary, and defaults', () => {
  expect(new Set(names).size).toBe(names.length);
  expect(enrichments.map(({ summary }) => summary)).toEqual(
    names.map(() => expect.stringMatching(/^\S.*\.$/) as string),
  );
  expect(Object.keys(enrichmentsConfig.parse({}))).toEqual(names);
});

it('documents every setting', () => {
  const undocumented = enrichments.flatMap(({ name, config }) =>
    Object.entries(config.shape as Readonly<Record<string, z.ZodType>>)
      .filter(([, type]) => !type.meta()?.['description'])
      .map(([setting]) => `${name}.${setting}`),
  );
  expect(undocumented).toEqual([]);
});
