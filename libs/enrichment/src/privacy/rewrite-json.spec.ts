import fc from 'fast-check';
import type { MarkedPath } from './marked-paths';
import { createJsonRewriter } from './rewrite-json';

const treatments = {
  identifying: (value: string) => `<${value}>`,
  url: (value: string) => value.split('?')[0] ?? '',
};
const identifying = (...pointers: readonly string[]): readonly MarkedPath[] =>
  pointers.map((pointer) => ({ pointer, treatment: 'identifying' }));
const rewrite = (json: string, ...pointers: readonly string[]): string =>
  createJsonRewriter(identifying(...pointers))(json, treatments);

it.each([
  ['a text', '{"id":"a","b":"a"}', ['/id'], '{"id":"<a>","b":"a"}'],
  [
    'a number, as it was written',
    '{"id":9007199254740993,"n":1.0}',
    ['/id'],
    '{"id":"<9007199254740993>","n":1.0}',
  ],
  ['nothing where there is none', '{"b":"a"}', ['/id'], '{"b":"a"}'],
  [
    'not null, booleans and empty texts',
    '{"id":null,"a":true,"b":false,"c":""}',
    ['/id', '/a', '/b', '/c'],
    '{"id":null,"a":true,"b":false,"c":""}',
  ],
  ['a text that reads like a constant', '{"id":"null"}', ['/id'], '{"id":"<null>"}'],
  ['both of doubled members', '{"id":"a","id":"b"}', ['/id'], '{"id":"<a>","id":"<b>"}'],
  ['a key written with escapes', '{"\\u0069d":"a"}', ['/id'], '{"\\u0069d":"<a>"}'],
  ['a value written with escapes', '{"id":"\\u0061\\"\\n"}', ['/id'], '{"id":"<a\\"\\n>"}'],
  ['elements', '{"ids":["a",2,{"x":"b"}]}', ['/ids/*'], '{"ids":["<a>","<2>",{"x":"<b>"}]}'],
  ['one element', '["a","b"]', ['/1'], '["a","<b>"]'],
  ['a property of elements', '[{"m":"a","n":"b"},{"m":"c"}]', ['/*/m'], '[{"m":"<a>","n":"b"},{"m":"<c>"}]'],
  ['every member', '{"a":"1","b":{"c":"2"}}', ['/*'], '{"a":"<1>","b":{"c":"<2>"}}'],
  [
    'a name and every name together',
    '{"a":{"x":"1","y":"2"},"b":{"x":"3","y":"4"}}',
    ['/a/x', '/*/y'],
    '{"a":{"x":"<1>","y":"<2>"},"b":{"x":"3","y":"<4>"}}',
  ],
  [
    'an object in all its parts',
    '{"user":{"name":"a","tags":["b"]},"n":1}',
    ['/user'],
    '{"user":{"name":"<a>","tags":["<b>"]},"n":1}',
  ],
  ['the whole', '"a"', [''], '"<a>"'],
  ['what white space surrounds', ' { "id" : "a" , "b" : 1 } ', ['/id'], ' { "id" : "<a>" , "b" : 1 } '],
  [
    'not what is nested elsewhere',
    '{"a":{"id":"a"},"b":[{"id":"b"}]}',
    ['/id'],
    '{"a":{"id":"a"},"b":[{"id":"b"}]}',
  ],
])('rewrites %s', (_case, json, pointers, expected) => {
  expect(rewrite(json, ...pointers)).toBe(expected);
});

it('cuts URLs where they are marked, and leaves numbers there alone', () => {
  const places: readonly MarkedPath[] = [
    { pointer: '/link', treatment: 'url' },
    { pointer: '/both', treatment: 'url' },
    { pointer: '/both', treatment: 'identifying' },
  ];
  const rewriter = createJsonRewriter(places);
  expect(rewriter('{"link":"https://x.example/?a=b","both":"https://x.example/?a"}', treatments)).toBe(
    '{"link":"https://x.example/","both":"<https://x.example/?a>"}',
  );
  expect(rewriter('{"link":5}', treatments)).toBe('{"link":5}');
});

it('changes the marked place and nothing else', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string({ minLength: 1 }), (others, id) => {
      const json = JSON.stringify({ ...others, id });
      expect(JSON.parse(rewrite(json, '/id'))).toEqual({ ...(JSON.parse(json) as object), id: `<${id}>` });
    }),
  );
});

it('leaves no text of a marked object', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const texts: string[] = [];
      const rewriter = createJsonRewriter(identifying('/marked'));
      const collect = { ...treatments, identifying: (text: string) => (texts.push(text), 'P') };
      const rewritten = JSON.parse(rewriter(JSON.stringify({ marked: value }), collect)) as unknown;
      const left = JSON.stringify(rewritten, (_key, part: unknown) =>
        part === 'P' || part === '' || typeof part === 'object' || typeof part === 'boolean' ? part : 'LEFT',
      );
      expect(left).not.toContain('LEFT');
    }),
  );
});
