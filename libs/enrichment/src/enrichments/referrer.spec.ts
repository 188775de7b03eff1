import { ok } from '@headwater/stage';
import { aDraft, testLookUps } from '../testing/look-ups';
import { referrer } from './referrer';

const enrich = referrer.create({ internalHosts: ['brand.example'] }, testLookUps());

it('splits the referrer', () => {
  expect(enrich(aDraft({ page_referrer: 'https://search.example:444/find?q=kettle#2' }))).toEqual(
    ok({
      refr_urlscheme: 'https',
      refr_urlhost: 'search.example',
      refr_urlport: 444,
      refr_urlpath: '/find',
      refr_urlquery: 'q=kettle',
      refr_urlfragment: '2',
      refr_medium: 'unknown',
    }),
  );
});

it.each([
  ['the host of the page', 'https://shop.example/a', 'internal'],
  ['a configured host', 'https://brand.example/', 'internal'],
  ['a host below a configured one', 'https://help.brand.example/', 'internal'],
  ['a host that only ends like one', 'https://otherbrand.example/', 'unknown'],
  ['another host', 'https://search.example/', 'unknown'],
  ['what is no URL', 'search', 'unknown'],
])('says that %s is of the same site or not', (_case, page_referrer, refr_medium) => {
  expect(enrich(aDraft({ page_referrer, page_urlhost: 'shop.example' }))).toMatchObject(ok({ refr_medium }));
});

it('does not take two unknown hosts for one', () => {
  expect(enrich(aDraft({ page_referrer: 'about:blank', page_urlhost: null }))).toMatchObject(
    ok({ refr_medium: 'unknown' }),
  );
});

it('adds nothing to an event without a referrer', () => {
  expect(enrich(aDraft({ page_referrer: null }))).toEqual(ok({}));
});
