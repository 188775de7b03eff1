import fc from 'fast-check';
import { duration, figure, nameOf, onDay, percent, safeName } from './words';

describe('safeName', () => {
  it.each([
    ['an ordinary name', 'checkout_started', 'checkout_started'],
    ['a mail address', 'jane.doe@example.com', '[mail]'],
    ['an encoded mail address', 'jane%40example.com', '[mail]'],
    ['an IP address', 'app 203.0.113.7', 'app [address]'],
    ['a telephone number', 'call-4915112345678', 'call-[number]'],
    ['line breaks', 'a\n\u0000b', 'a b'],
  ])('shows %s as it may be shown', (_case, name, shown) => {
    expect(safeName(name)).toBe(shown);
  });

  it('is short, on one line, and changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (name) => {
        const shown = safeName(name);
        expect(shown.length).toBeLessThanOrEqual(80);
        expect(shown).not.toMatch(/[\n\r\t]/);
        expect(safeName(shown)).toBe(shown);
      }),
    );
  });
});

it.each([
  ['shop', 'event_name=page_view', 'page_view from app shop'],
  ['shop', 'event_name=*', 'the rarer events from app shop'],
  ['shop', 'total', 'app shop'],
  ['*', 'total', 'all apps together'],
  ['~other', 'total', 'the smaller apps'],
])('nameOf(%s, %s) is %s', (app, series, name) => {
  expect(nameOf(app, series)).toBe(name);
});

it('writes figures as people do', () => {
  expect([0.4213, 7.31, 171.4, 12_412].map(figure)).toEqual(['0.421', '7.31', '171', '12,410']);
  expect([percent(0.376), percent(0.0042), percent(2.5)]).toEqual(['38 %', '0.42 %', '250 %']);
  expect([duration(60_000), duration(39 * 60_000), duration(5.5 * 3_600_000)]).toEqual([
    '1 minute',
    '39 minutes',
    '5.5 hours',
  ]);
  expect(onDay(Date.UTC(2026, 0, 6, 10, 5))).toBe('Tuesday 10:05 UTC');
});
