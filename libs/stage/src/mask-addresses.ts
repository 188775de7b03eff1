/** What stands in a text where an address stood. */
export const ADDRESS_MASK = '[address]';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const DOT = '(?:\\.|%2[eE])';
/** An escape before it (`%20`, `\\u0020`) ends in digits that are not of the address. */
const AFTER_ESCAPE = '(?<=%[0-9A-Fa-f]{2}|\\\\u[0-9A-Fa-f]{4})';
const IPV4 = new RegExp(`(?:(?<![\\d.])|${AFTER_ESCAPE})${OCTET}(?:${DOT}${OCTET}){3}(?![\\d]|\\.\\d)`, 'g');
const COLON = '(?::|%3[aA])';
const IPV6_CANDIDATE = new RegExp(
  `(?:(?<![0-9A-Za-z:])|${AFTER_ESCAPE})(?:[0-9A-Fa-f]{0,4}${COLON}){2,8}(?:${OCTET}(?:\\.${OCTET}){3}|[0-9A-Fa-f]{1,4})?(?![0-9A-Za-z:])`,
  'g',
);

/**
 * Replaces every run in a text that reads as an IPv4 or IPv6 address (plain or percent-encoded) by {@link ADDRESS_MASK}.
 * Clock times, MAC addresses and the reduced versions of user agents (`Chrome/120.0.0.0`) are left alone: a run ending
 * in `.0.0.0` names no visitor.
 */
export function maskAddresses(text: string): string {
  const withoutIpv6 =
    text.includes(':') || text.includes('%3') ? text.replace(IPV6_CANDIDATE, maskIpv6) : text;
  return withoutIpv6.replace(IPV4, (run) => (/^\d+(?:(?:\.|%2e)0){3}$/i.test(run) ? run : ADDRESS_MASK));
}

/** {@link maskAddresses} for a text that may be missing. */
export const maskedText = (text: string | null): string | null =>
  text === null ? null : maskAddresses(text);

function maskIpv6(run: string): string {
  const plain = run.replace(/%3a/gi, ':');
  const groups = plain.split(':');
  const hasDigits = groups.some((group) => group !== '');
  const isShort = plain.includes('::');
  const isFull = groups.length === 8 || (groups.length === 7 && plain.includes('.'));
  return hasDigits && (isShort || isFull) ? ADDRESS_MASK : run;
}

const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/gs;

/**
 * Masks addresses in the strings of a JSON text and leaves every other character as it is: numbers keep digits that
 * parsing would cost them. A string with escapes is read first, since an escape can hide an address, or be torn by a mask.
 */
export function maskAddressesInJson(json: string): string {
  return json.replace(STRING, (text) => {
    if (!text.includes('\\')) return maskAddresses(text);
    const plain = JSON.parse(text) as string;
    const masked = maskAddresses(plain);
    return masked === plain ? text : JSON.stringify(masked);
  });
}
