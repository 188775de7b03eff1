import fc from 'fast-check';
import ipaddr, { IPv6 } from 'ipaddr.js';
import { truncateAddress } from './address';

describe('truncateAddress', () => {
  it.each([
    ['an IPv4 address to /24', '81.2.69.142', '81.2.69.0'],
    ['one with a port', '81.2.69.142:4711', '81.2.69.0'],
    ['one in quotes', '"81.2.69.142:4711"', '81.2.69.0'],
    ['one in spaces', ' 81.2.69.142 ', '81.2.69.0'],
    ['an IPv6 address to /48', '2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
    ['a short one', '2001:db8::8a2e:370:7334', '2001:db8::'],
    ['one in brackets', '[2001:db8:1::1]', '2001:db8:1::'],
    ['one in brackets with a port', '"[2001:db8:1::1]:4711"', '2001:db8:1::'],
    ['one with a zone', 'fe80::1%eth0', 'fe80::'],
    ['a v4-mapped address as IPv4', '::ffff:81.2.69.142', '81.2.69.0'],
    ['a v4-mapped address in hexadecimal', '::ffff:5102:458e', '81.2.69.0'],
    ['a 6to4 address, which carries the IPv4 address in its /48', '2002:5102:458e::1', '81.2.69.0'],
    ['a NAT64 address', '64:ff9b::81.2.69.142', '81.2.69.0'],
    ['a translated address', '::ffff:0:81.2.69.142', '81.2.69.0'],
    ['the loopback address', '::1', '::'],
  ])('cuts %s', (_case, address, truncated) => {
    expect(truncateAddress(address)).toBe(truncated);
  });

  it.each([
    '',
    'unknown',
    '_hidden',
    '81.2.69',
    '81.2.69.256',
    '081.2.69.142',
    '1360151950',
    '0x51.2.69.142',
    'cafe',
    '[]',
  ])('takes %j for no address', (text) => {
    expect(truncateAddress(text)).toBeNull();
  });

  it('keeps at most 24 bits of any IPv4 address, and the same ones each time', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const truncated = truncateAddress(address);
        expect(truncated).toBe(address.replace(/\d+$/, '0'));
        expect(truncateAddress(String(truncated))).toBe(truncated);
      }),
    );
  });

  it('keeps at most 48 bits of any IPv6 address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const truncated = ipaddr.parse(String(truncateAddress(address)));
        const lowBits = truncated instanceof IPv6 ? truncated.parts.slice(3) : truncated.octets.slice(3);
        expect(lowBits.every((bits) => bits === 0)).toBe(true);
      }),
    );
  });
});
