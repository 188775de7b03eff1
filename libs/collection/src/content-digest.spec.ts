import { contentDigest } from './content-digest';

const digest = (text: string): string => contentDigest(Buffer.from(text));

it('stays the same when an event is sent again', () => {
  expect(digest('{"e":"pv","stm":"1700000000000"}')).toBe(digest('{"e":"pv","stm":"1700000005000"}'));
  expect(digest('{"e":"pv", "stm" : 17}')).toBe(digest('{"e":"pv", "stm" : 18}'));
});

it.each([
  ['another event', '{"e":"pp","stm":"1"}'],
  ['another time of its making', '{"e":"pv","dtm":"1","stm":"1"}'],
  ['text that only looks alike', '{"e":"pv","stm":"now"}'],
])('differs for %s', (_case, text) => {
  expect(digest(text)).not.toBe(digest('{"e":"pv","stm":"1"}'));
});
