import { scaledRuns } from '@headwater/testing';
import fc from 'fast-check';
import { canaryV4, canaryV6, places, placeOf } from '../plan/canaries';
import { leaksIn, mayBeInPayload, SUSPICIOUS } from './leaks';

const number = (address: string): number =>
  address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
const hex = (address: string): string => number(address).toString(16);

/** Every way of writing an address that a leak could take. */
const forms: readonly [string, (address: string) => string][] = [
  ['text', (address) => address],
  ['cut to /24', (address) => address.replace(/\d+$/, '0')],
  ['v4-mapped', (address) => `::ffff:${address}`],
  ['v4-mapped in hex', (address) => `::ffff:${hex(address).slice(0, 4)}:${hex(address).slice(4)}`],
  ['decimal', (address) => String(number(address))],
  ['hex', (address) => hex(address)],
  ['hex with 0x', (address) => `0x${hex(address).toUpperCase()}`],
  ['percent', (address) => address.replaceAll('.', '%2E')],
  ['percent, all of it', (address) => Buffer.from(address).toString('hex').replace(/../g, '%$&')],
  ['JSON escapes', (address) => Buffer.from(address).toString('hex').replace(/../g, '\\u00$&')],
  ['base64', (address) => Buffer.from(address).toString('base64')],
  ['base64, one byte on', (address) => Buffer.from(`x${address}`).toString('base64')],
  ['base64, two bytes on', (address) => Buffer.from(`"ip":"${address}"`.slice(1)).toString('base64')],
  ['base64 of its bytes', (address) => Buffer.from(address.split('.').map(Number)).toString('base64')],
  ['reverse', (address) => address.replaceAll('.', '-')],
];

describe.each(forms)('an address as %s', (_form, write) => {
  const anAddress = fc
    .tuple(fc.nat(3_000_000), fc.constantFrom(...places))
    .map(([seq, place]) => canaryV4(seq, place));

  it('is found wherever it stands, and the search in the tables finds it too', () => {
    fc.assert(
      fc.property(anAddress, fc.constantFrom('', 'from ', '{"a":"', '\n', 'ip='), (address, before) => {
        const text = `${before}${write(address)}${before === '{"a":"' ? '"}' : ' '}`;
        expect(leaksIn(text)).not.toEqual([]);
        expect(text).toMatch(new RegExp(SUSPICIOUS));
      }),
    );
  });
});

/** Every way of hiding a character that leaksIn looks behind. */
const escapes: readonly ((character: string) => string)[] = [
  (character) => character,
  (character) => `%${hexOf(character)}`,
  (character) => `%${hexOf(character).toUpperCase()}`,
  (character) => `\\u00${hexOf(character)}`,
  (character) => `\\u00${hexOf(character).toUpperCase()}`,
];
const hexOf = (character: string): string => character.charCodeAt(0).toString(16).padStart(2, '0');

it('the search in the tables finds whatever is found behind escapes of any of its characters', () => {
  const canary = fc.oneof(
    fc
      .tuple(fc.nat(3_000_000), fc.constantFrom(...places), fc.constantFrom(...forms))
      .map(([seq, place, [, write]]) => write(canaryV4(seq, place))),
    fc.nat(3_000_000).map(canaryV6),
    fc.constant('hwv-clear-user-7'),
  );
  let found = 0;
  fc.assert(
    fc.property(
      canary,
      fc.infiniteStream(fc.nat(escapes.length - 1)),
      fc.boolean(),
      (text, draws, onlyPercent) => {
        const hidden = Array.from(text)
          .map((character) => {
            const draw = Number(draws.next().value);
            return (escapes[onlyPercent ? draw % 3 : ([0, 3, 4][draw % 3] ?? 0)] ?? String)(character);
          })
          .join('');
        if (leaksIn(hidden).length === 0) return;
        found += 1;
        expect(hidden).toMatch(new RegExp(SUSPICIOUS));
      },
    ),
    { numRuns: scaledRuns(2_000) },
  );
  expect(found).toBeGreaterThan(1_000);
});

it.each([
  ['JSON escapes', '198\\u002e18\\u002e3\\u002e4'],
  ['JSON escapes in an IPv6 address', '2001\\u003adb8\\u003a0::1'],
  ['one digit as percent', '1%398.18.3.4'],
  ['percent in hex', 'c6%3A12%3A03%3A04'],
])('%s hide an address from neither', (_form, text) => {
  expect(leaksIn(text)).not.toEqual([]);
  expect(text).toMatch(new RegExp(SUSPICIOUS));
});

it.each([
  '2026-11-22T01:44:25.198Z',
  'c6120001-1c6e-4c3a-8d5e-6a1f2b3c4d5e',
  '0b9dfc4e-0f6e-4c3a-8d5e-c61200016a1f',
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991bc6120001',
  'f78c3323164070aa91fbf4c8996fb924',
  '1795313616341',
  '3324000000',
  'Chrome/198.18.0',
  '10.0.0.1 and 127.0.0.1',
  'bGluayB0ZXh0',
])('%s is no leak', (text) => {
  expect(leaksIn(text)).toEqual([]);
});

it('finds IPv6 addresses and identifiers in the clear', () => {
  expect(leaksIn(`for="[${canaryV6(70_000)}]"`)).toEqual([{ encoding: 'IPv6', text: canaryV6(70_000) }]);
  expect(leaksIn('{"uid":"hwv-clear-user-12"}')).toEqual([
    { encoding: 'clear identifier', text: 'hwv-clear-user-12' },
  ]);
});

it('finds each of several', () => {
  expect(leaksIn('198.18.1.1, 198.18.1.2, 198.18.1.1')).toHaveLength(2);
});

it('tells where an address was planted', () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), fc.constantFrom(...places), (seq, place) => {
      const address = canaryV4(seq, place);
      expect(placeOf(address)).toBe(place);
      expect(address).toMatch(/^198\.1[89]\.\d+\.[1-9]\d*$/);
      expect(leaksIn(address)).toHaveLength(1);
    }),
  );
});

it.each<[string, string, boolean]>([
  ['a cut address', '198.18.3.0', true],
  ['a cut IPv6 address', '2001:db8:1::', true],
  ['a text', canaryV4(5, 'text'), true],
  ['a clear identifier', 'hwv-clear-user-3', true],
  ['an address of the parameter', canaryV4(5, 'parameter'), false],
  ['an address of a header', canaryV4(5, 'header'), false],
  ['an IPv6 address', canaryV6(5), false],
  ['another encoding', 'c6120101', false],
])('%s may be in a collector payload: %s %s', (_case, text, allowed) => {
  const [leak] = leaksIn(text);
  expect(leak && mayBeInPayload(leak)).toBe(allowed);
});
