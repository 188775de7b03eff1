import { schemas, type EnrichedEvent, type SelfDescribing } from '@headwater/contracts';
import { aDraft, testKey, testLookUps } from '../testing/look-ups';
import { identifierFields, pseudonymise } from './pseudonymise';

const lookUps = testLookUps();
const enrich = pseudonymise.create({}, lookUps);
const { pseudonymOf } = lookUps.pseudonyms.at('shop', 0);
const patchOf = (known: Partial<EnrichedEvent>): Partial<EnrichedEvent> => {
  const outcome = enrich(aDraft(known));
  if (outcome.kind !== 'ok') throw new Error('Pseudonymisation finds no fault with an event.');
  return outcome.value as Partial<EnrichedEvent>;
};
const account = (data: string, name = 'account'): SelfDescribing => ({
  vendor: 'com.acme',
  name,
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition: 0,
  data,
});

it.each(identifierFields)('replaces %s, and says by which key', (field) => {
  expect(patchOf({ [field]: 'alice' })).toEqual({
    [field]: pseudonymOf('alice'),
    pseudonym_key_id: testKey.id,
  });
});

it('covers every field that the contract calls pseudonymised', () => {
  const { fields } = schemas.EnrichedEvent as { fields: readonly { name: string; doc: string }[] };
  expect([...identifierFields].sort()).toEqual(
    fields
      .filter(({ doc }) => doc.endsWith(', pseudonymised.'))
      .map(({ name }) => name)
      .sort(),
  );
});

it('gives an event without identifiers the key id only', () => {
  expect(patchOf({})).toEqual({ pseudonym_key_id: testKey.id });
});

it('gives apps ids of their own', () => {
  expect(patchOf({ app_id: 'blog', user_id: 'alice' }).user_id).not.toBe(
    patchOf({ user_id: 'alice' }).user_id,
  );
});

it('cuts the URLs and what was read from them', () => {
  const url = 'https://alice@shop.example/?utm_source=mail&token=x&_sp=duid.1#mail=a@b.example';
  expect(
    patchOf({
      page_url: url,
      page_urlquery: 'utm_source=mail&token=x&_sp=duid.1',
      page_urlfragment: 'mail=a@b.example',
      page_referrer: url,
      refr_urlquery: 'utm_source=mail&token=x',
      refr_urlfragment: 'mail=a@b.example',
    }),
  ).toMatchObject({
    page_url: 'https://shop.example/?utm_source=mail',
    page_urlquery: 'utm_source=mail',
    page_urlfragment: null,
    page_referrer: 'https://shop.example/?utm_source=mail',
    refr_urlquery: 'utm_source=mail',
    refr_urlfragment: null,
  });
});

it('keeps the query parameters that are configured, but never a link decoration', () => {
  const other = pseudonymise.create({ keptQueryParameters: ['page', '_sp'] }, lookUps);
  expect(
    other(aDraft({ page_url: 'https://shop.example/?page=2&utm_source=mail&_sp=duid.1' })),
  ).toMatchObject({
    value: { page_url: 'https://shop.example/?page=2' },
  });
});

it('rewrites what schemas mark, in the event and in each context, and no other character', () => {
  const data =
    '{"user_id":"alice","n":9007199254740993,"friends":[{"mail":"bob@b.example"}],"link":"https://x.example/?token=1"}';
  const expected = `{"user_id":"${pseudonymOf('alice')}","n":9007199254740993,"friends":[{"mail":"${pseudonymOf('bob@b.example')}"}],"link":"https://x.example/"}`;
  const patch = patchOf({ unstruct_event: account(data), contexts: [account(data), account(data, 'other')] });
  expect(patch.unstruct_event).toEqual(account(expected));
  expect(patch.contexts).toEqual([account(expected), account(data, 'other')]);
});
