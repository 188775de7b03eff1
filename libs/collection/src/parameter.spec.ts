import { lastOf } from './parameter';

it.each([
  ['the value', 'e=pv&aid=shop', 'shop'],
  ['the last of doubled ones', 'aid=shop&aid=blog', 'blog'],
  ['the last that is not empty', 'aid=shop&aid=&aid', 'shop'],
  ['a name in escapes', '%61id=shop', 'shop'],
  ['a value in escapes', 'aid=my+sh%6fp', 'my shop'],
  ['nothing of another parameter', 'said=shop', null],
  ['nothing of an empty one', 'aid=', null],
  ['nothing where there is none', 'e=pv', null],
  ['nothing without a query string', null, null],
])('reads %s', (_case, querystring, expected) => {
  expect(lastOf(querystring, 'aid')).toBe(expected);
});
