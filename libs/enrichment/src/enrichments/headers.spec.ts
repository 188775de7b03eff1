import { ok } from '@headwater/stage';
import { BUILT_AT } from '@headwater/testing';
import { aDraft, testLookUps } from '../testing/look-ups';
import { derivedContext } from './derived-context';
import { headers } from './headers';

const lookUps = testLookUps();
const { pseudonymOf } = lookUps.pseudonyms.at('shop', BUILT_AT);
const sent = { 'accept-language': 'de-AT', 'x-gitlab-appid': 'abc', origin: 'https://203.0.113.77' };
const run = (settings: unknown, request: Readonly<Record<string, string>> | null = sent): unknown =>
  headers.create(settings, lookUps)(aDraft({}, null, { headers: request }));
const contextOf = (name: string, value: string): unknown =>
  derivedContext('org.ietf', 'http_header', { name, value });

it('adds no header unless it is named', () => {
  expect(run({})).toEqual(ok({}));
  expect(run({ names: ['cookie', 'constructor'] })).toEqual(ok({}));
});

it('adds a named header as a pseudonym, its name in any case', () => {
  expect(run({ names: ['X-GitLab-AppId'] })).toEqual(
    ok({ derived_contexts: [contextOf('x-gitlab-appid', pseudonymOf('abc'))] }),
  );
});

it('adds a header named as plain as it came, addresses masked', () => {
  expect(run({ plain: ['Accept-Language', 'Origin'] })).toEqual(
    ok({
      derived_contexts: [contextOf('accept-language', 'de-AT'), contextOf('origin', 'https://[address]')],
    }),
  );
});

it('adds nothing to an event whose request had none', () => {
  expect(run({ plain: ['origin'] }, null)).toEqual(ok({}));
});
