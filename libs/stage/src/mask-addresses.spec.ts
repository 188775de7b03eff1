import fc from 'fast-check';
import { ADDRESS_MASK, maskAddresses } from './mask-addresses';

describe('maskAddresses', () => {
  it.each([
    ['an IPv4 address', 'from 81.2.69.142 today', `from ${ADDRESS_MASK} today`],
    ['one in JSON', '{"ip":"81.2.69.142"}', `{"ip":"${ADDRESS_MASK}"}`],
    ['one with a port', '81.2.69.142:443', `${ADDRESS_MASK}:443`],
    ['percent-encoded dots', 'ip=81%2E2%2e69%2E142', `ip=${ADDRESS_MASK}`],
    ['one behind a percent escape', 'a%2081.2.69.142', `a%20${ADDRESS_MASK}`],
    ['one behind an escape of JSON', '"\\u002081.2.69.142"', `"\\u0020${ADDRESS_MASK}"`],
    ['an IPv6 one behind an escape of JSON', '"\\u00202001:db8::1"', `"\\u0020${ADDRESS_MASK}"`],
    ['a sentence end', 'It was 81.2.69.142.', `It was ${ADDRESS_MASK}.`],
    ['a full IPv6 address', '2001:db8:0:1:1:1:1:1', ADDRESS_MASK],
    ['a short IPv6 address', '[2001:db8::8a2e:370:7334]', `[${ADDRESS_MASK}]`],
    ['a v4-mapped address', '::ffff:81.2.69.142', ADDRESS_MASK],
    ['percent-encoded colons', 'ip=2001%3Adb8%3A%3A1', `ip=${ADDRESS_MASK}`],
  ])('masks %s', (_case, text, expected) => {
    expect(maskAddresses(text)).toBe(expected);
  });

  it.each([
    ['a time', 'at 12:34:56'],
    ['a MAC address', '00:1b:44:11:3a:b7'],
    ['a scope operator', 'std::vector'],
    ['a semantic version', 'v1.2.3'],
    ['a reduced browser version', 'Chrome/120.0.0.0 Safari/537.36'],
    ['a long browser version', 'Chrome/120.0.6099.71'],
  ])('leaves %s alone', (_case, text) => {
    expect(maskAddresses(text)).toBe(text);
  });

  it('lets no generated address through, whatever stands around it', () => {
    const surrounding = fc.stringMatching(/^[ "'=,;(){}[\]<>/&?a-z]*$/).map((text) => `${text} `);
    fc.assert(
      fc.property(surrounding, fc.oneof(fc.ipV4(), fc.ipV6()), surrounding, (before, address, after) => {
        const masked = maskAddresses(`${before}${address} ${after}`);
        return /^\d+\.0\.0\.0$/.test(address) || address === '::' || !masked.includes(address);
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(fc.property(fc.string(), (text) => maskAddresses(maskAddresses(text)) === maskAddresses(text)));
  });
});
