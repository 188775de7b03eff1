import { isIgluUri, parseCriterion } from './iglu';

it.each([
  ['iglu:com.acme/cart/jsonschema/1-0-0', true],
  ['iglu:com.acme/cart/jsonschema/1-0-1', true],
  ['iglu:com.acme/cart/jsonschema/2-0-0', false],
  ['iglu:com.other/cart/jsonschema/1-0-0', false],
  ['com.acme/cart', false],
  [null, false],
])('matches %s: %s', (schema, matches) => {
  expect(parseCriterion('iglu:com.acme/*/jsonschema/1-*-*')?.matches(schema)).toBe(matches);
});

it.each([
  '',
  'com.acme/cart/jsonschema/1-0-0',
  'iglu:com.acme/cart/1-0-0',
  'iglu:com.acme/cart/jsonschema/1-0',
  'iglu:com.ac*/x/jsonschema/1-0-0',
])('takes %s for no criterion', (text) => {
  expect(parseCriterion(text)).toBeNull();
});

it('takes no pattern for a name', () => {
  expect([isIgluUri('iglu:a/b/jsonschema/1-0-0'), isIgluUri('iglu:a/b/jsonschema/1-0-*')]).toEqual([
    true,
    false,
  ]);
});
