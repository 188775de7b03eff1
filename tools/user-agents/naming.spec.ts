import { sameAs } from './naming';

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
