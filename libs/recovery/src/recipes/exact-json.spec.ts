import fc from 'fast-check';
import { copyOf, exactText, isHolder, isRawNumber, parseExact } from './exact-json';

it.each(['12345678901234567890', '1.0', '0.10', '1e3', '-0', '{"a":[1.50,{"b":9007199254740993}]}'])(
  'gives %s back digit by digit',
  (text) => {
    expect(exactText(parseExact(text))).toBe(text);
  },
);

it('gives back what any JSON says', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(exactText(parseExact(text))).toBe(text);
    }),
  );
});

it('copies all of a value and shares none of it', () => {
  const value = { a: [{ b: parseExact('1.0') }] };
  const copy = copyOf(value) as typeof value;
  copy.a[0]!.b = 2;
  expect(exactText(value)).toBe('{"a":[{"b":1.0}]}');
  expect(copyOf(undefined)).toBeUndefined();
});

it('takes a number for no object', () => {
  expect([isRawNumber(parseExact('1.0')), isHolder(parseExact('1.0')), isHolder([]), isHolder(null)]).toEqual(
    [true, false, true, false],
  );
});
