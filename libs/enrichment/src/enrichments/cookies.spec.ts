import { ok } from '@headwater/stage';
import { BUILT_AT } from '@headwater/testing';
import { aDraft, testLookUps } from '../testing/look-ups';
import { cookies } from './cookies';
import { derivedContext } from './derived-context';

const lookUps = testLookUps();
const { pseudonymOf } = lookUps.pseudonyms.at('shop', BUILT_AT);
const sent = { theme: 'dark', visitor: '4711', at: 'from 203.0.113.77', long: 'x'.repeat(9_999) };
const run = (settings: unknown, request: Readonly<Record<string, string>> | null = sent): unknown =>
  cookies.create(settings, lookUps)(aDraft({}, null, { cookies: request }));
const contextOf = (name: string, value: string): unknown =>
  derivedContext('org.ietf', 'http_cookie', { name, value });

it('adds no cookie unless it is named', () => {
  expect(run({})).toEqual(ok({}));
  expect(run({ names: ['other', '__proto__'] })).toEqual(ok({}));
});

it('adds a named cookie as a pseudonym, which is the same as that of the same text elsewhere', () => {
  expect(run({ names: ['visitor'] })).toEqual(
    ok({ derived_contexts: [contextOf('visitor', pseudonymOf('4711'))] }),
  );
});

it('adds a cookie named as plain as it came, addresses masked and no longer than its schema allows', () => {
  expect(run({ names: ['theme'], plain: ['theme', 'at', 'long'] })).toEqual(
    ok({
      derived_contexts: [
        contextOf('theme', 'dark'),
        contextOf('at', 'from [address]'),
        contextOf('long', 'x'.repeat(4_096)),
      ],
    }),
  );
});

it('adds nothing to an event whose request had none', () => {
  expect(run({ plain: ['theme'] }, null)).toEqual(ok({}));
});
