import fc from 'fast-check';
import { sentInBody, sentInQuery } from '../payload/sent-event';
import { fingerprintText } from './fingerprint';

const none: ReadonlyMap<string, string> = new Map();
const textOf = (event: Readonly<Record<string, string>>): string =>
  fingerprintText(sentInBody(0, event, none).values);

it('joins the parameters in the order of their keys', () => {
  expect(textOf({ tv: 'js', e: 'pv', p: 'web' })).toBe('e\u001fpv\u001fp\u001fweb\u001ftv\u001fjs\u001f');
});

it.each(['stm', 'eid', 'nuid', 'ip'])(
  'leaves out %s, which differs between two copies of one event',
  (key) => {
    expect(textOf({ e: 'pv', [key]: 'one' })).toBe(textOf({ e: 'pv', [key]: 'other' }));
  },
);

it('leaves out cv, which only comes in query strings', () => {
  const one = sentInQuery(
    new Map([
      ['e', 'pv'],
      ['cv', '1'],
    ]),
  );
  expect(fingerprintText(one.values)).toBe(textOf({ e: 'pv' }));
});

it.each(['uid', 'duid', 'dtm', 'url', 'cx', 'ue_px', 'se_va'])('changes with %s', (key) => {
  expect(textOf({ e: 'pv', [key]: 'one' })).not.toBe(textOf({ e: 'pv', [key]: 'other' }));
});

it('does not depend on the order in which a tracker sends', () => {
  const parameter = fc.constantFrom('e', 'p', 'tv', 'uid', 'url', 'page', 'cx', 'dtm');
  fc.assert(
    fc.property(fc.dictionary(parameter, fc.string({ minLength: 1 })), (event) => {
      const turned = Object.fromEntries(Object.entries(event).reverse());
      expect(textOf(turned)).toBe(textOf(event));
    }),
  );
});
