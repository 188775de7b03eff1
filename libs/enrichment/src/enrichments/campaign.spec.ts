import { ok } from '@headwater/stage';
import { aDraft, testLookUps } from '../testing/look-ups';
import { campaign } from './campaign';

const enrich = campaign.create({}, testLookUps());
const none = {
  mkt_medium: null,
  mkt_source: null,
  mkt_term: null,
  mkt_content: null,
  mkt_campaign: null,
  mkt_clickid: null,
  mkt_network: null,
};

it.each([
  [
    'a campaign',
    'utm_source=mail&utm_medium=email&utm_term=kettle&utm_content=top&utm_campaign=spring+sale',
    {
      mkt_source: 'mail',
      mkt_medium: 'email',
      mkt_term: 'kettle',
      mkt_content: 'top',
      mkt_campaign: 'spring sale',
    },
  ],
  ['a click of Google', 'gclid=abc', { mkt_clickid: 'abc', mkt_network: 'Google' }],
  ['a click of Microsoft', 'msclkid=abc', { mkt_clickid: 'abc', mkt_network: 'Microsoft' }],
  ['a click of DoubleClick', 'dclid=abc&a=b', { mkt_clickid: 'abc', mkt_network: 'DoubleClick' }],
])('reads %s', (_case, page_urlquery, expected) => {
  expect(enrich(aDraft({ page_urlquery }))).toEqual(ok({ ...none, ...expected }));
});

it.each([null, 'a=b', 'UTM_SOURCE=mail', 'utm_source='])(
  'adds nothing where there is none: %s',
  (page_urlquery) => {
    expect(enrich(aDraft({ page_urlquery }))).toEqual(ok({}));
  },
);

it('reads parameters of other names, the first one first', () => {
  const other = campaign.create(
    { source: ['src', 'utm_source'], clickIds: { yclid: 'Yandex' } },
    testLookUps(),
  );
  expect(other(aDraft({ page_urlquery: 'utm_source=late&src=early&yclid=1&gclid=2' }))).toEqual(
    ok({ ...none, mkt_source: 'early', mkt_clickid: '1', mkt_network: 'Yandex' }),
  );
});
