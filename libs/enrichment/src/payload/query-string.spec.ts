import fc from 'fast-check';
import { readQueryString } from './query-string';

it.each([
  ['nothing', null, {}],
  ['an empty one', '', {}],
  ['plain parameters', 'e=pv&p=web', { e: 'pv', p: 'web' }],
  ['percent escapes and plus', 'page=a%20b+c%2Bd&u%69d=x', { page: 'a b c+d', uid: 'x' }],
  ['the last of doubled parameters', 'uid=a&uid=b', { uid: 'b' }],
  ['parameters without a value as not sent', 'uid=&duid&e=pv', { e: 'pv' }],
  ['a broken escape as it is', 'page=100%&e=pv', { page: '100%', e: 'pv' }],
])('reads %s', (_case, querystring, expected) => {
  expect(Object.fromEntries(readQueryString(querystring))).toEqual(expected);
});

it('gives back what was encoded', () => {
  const parameters = fc.dictionary(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'grapheme', minLength: 1 }),
  );
  fc.assert(
    fc.property(parameters, (sent) => {
      const query = Object.entries(sent)
        .map((pair) => pair.map(encodeURIComponent).join('='))
        .join('&');
      expect(readQueryString(query)).toEqual(new Map(Object.entries(sent)));
    }),
  );
});
