import { failed, ok } from '@headwater/stage';
import { aDraft, testLookUps } from '../testing/look-ups';
import { linkDecoration } from './link-decoration';

const enrich = linkDecoration.create({}, testLookUps());

it.each([
  [
    'who and when',
    '_sp=f1c0a3b2.1782000000000',
    { refr_domain_userid: 'f1c0a3b2', refr_dvce_tstamp: 1_782_000_000_000 },
  ],
  [
    'more parts than two',
    'a=b&_sp=f1c0a3b2.1782000000000.sid.uid.shop.web.',
    { refr_domain_userid: 'f1c0a3b2', refr_dvce_tstamp: 1_782_000_000_000 },
  ],
  ['who only', '_sp=f1c0a3b2', { refr_domain_userid: 'f1c0a3b2', refr_dvce_tstamp: null }],
  ['when only', '_sp=.1782000000000', { refr_domain_userid: null, refr_dvce_tstamp: 1_782_000_000_000 }],
])('reads %s', (_case, page_urlquery, expected) => {
  expect(enrich(aDraft({ page_urlquery }))).toEqual(ok(expected));
});

it.each([null, 'a=b', 'my_sp=x', '_sp='])('adds nothing where there is none: %s', (page_urlquery) => {
  expect(enrich(aDraft({ page_urlquery }))).toEqual(ok({}));
});

it.each(['_sp=f1c0a3b2.yesterday', '_sp=f1c0a3b2.-99999999999999'])(
  'fails on a time that is none, and shows no identifier: %s',
  (page_urlquery) => {
    const outcome = enrich(aDraft({ page_urlquery }));
    expect(outcome).toEqual(
      failed(
        expect.objectContaining({
          type: 'enrichment_failure',
          field: 'url',
          value: null,
          source: 'linkDecoration',
        }) as never,
      ),
    );
    expect(JSON.stringify(outcome)).not.toContain('f1c0a3b2');
  },
);
