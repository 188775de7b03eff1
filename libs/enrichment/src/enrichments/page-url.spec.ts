import { ok } from '@headwater/stage';
import { aDraft, testLookUps } from '../testing/look-ups';
import { pageUrl } from './page-url';

const enrich = pageUrl.create({}, testLookUps());

it('splits the page URL', () => {
  expect(enrich(aDraft({ page_url: 'https://shop.example/cart?utm_source=mail#top' }))).toEqual(
    ok({
      page_urlscheme: 'https',
      page_urlhost: 'shop.example',
      page_urlport: 443,
      page_urlpath: '/cart',
      page_urlquery: 'utm_source=mail',
      page_urlfragment: 'top',
    }),
  );
});

it('adds nothing to an event without a page', () => {
  expect(enrich(aDraft({ page_url: null }))).toEqual(ok({}));
});
