import { ok } from '@headwater/stage';
import { aDraft, testLookUps } from '../testing/look-ups';
import { country } from './country';

const enrich = country.create({}, testLookUps());

it.each([
  ['a known address', '203.0.113.0', 'GB'],
  ['a private address', '10.0.0.0', 'ZZ'],
  ['what is no address', 'somewhere', 'ZZ'],
  ['no address', null, 'ZZ'],
])('maps %s', (_case, address, geo_country) => {
  expect(enrich(aDraft({}, address))).toEqual(ok({ geo_country }));
});

it('sets the country and nothing finer', () => {
  const outcome = enrich(aDraft({}, '203.0.113.0'));
  expect(outcome.kind === 'ok' && Object.keys(outcome.value)).toEqual(['geo_country']);
});

it('names an unknown country as configured', () => {
  expect(country.create({ unknown: 'XX' }, testLookUps())(aDraft())).toEqual(ok({ geo_country: 'XX' }));
  expect(() => country.create({ unknown: 'nowhere' }, testLookUps())).toThrow('two capital letters');
});
