import { Intrinsics } from './intrinsics';

const notString = (): string => 'other';

describe('intrinsics', () => {
  it('do not change by themselves', () => {
    const intrinsics = new Intrinsics();
    JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":{"b":2}}}');
    expect(intrinsics.changes()).toEqual([]);
  });

  it.each<[string, () => unknown, string]>([
    [
      'a key that all objects inherit',
      () => Reflect.set(Object.prototype, 'isAdmin', true),
      'Object.prototype.isAdmin',
    ],
    [
      'a symbol',
      () => Reflect.set(Array.prototype, Symbol.toStringTag, 'x'),
      'Array.prototype.Symbol(Symbol.toStringTag)',
    ],
    ['another function', () => Reflect.set(String.prototype, 'at', notString), 'String.prototype.at'],
    ['a function that is gone', () => Reflect.deleteProperty(Promise, 'try'), 'Promise.try'],
    [
      'a key that is listed',
      () => Reflect.defineProperty(Function.prototype, 'call', { enumerable: true }),
      'Function.prototype.call',
    ],
    [
      'another parent',
      () => Reflect.setPrototypeOf(Array.prototype, { isAdmin: true }),
      'Array.prototype.__proto__',
    ],
  ])('tell of %s, once, and are as they were', (_case, pollute, name) => {
    const intrinsics = new Intrinsics();
    expect(pollute()).toBe(true);
    expect(intrinsics.changes()).toEqual([name]);
    expect(intrinsics.changes()).toEqual([]);
    expect('isAdmin' in []).toBe(false);
  });
});
