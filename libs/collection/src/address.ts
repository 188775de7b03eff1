import { IPv4, IPv6 } from 'ipaddr.js';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const DOTTED_QUAD = new RegExp(`^(${OCTET}\\.${OCTET}\\.${OCTET})\\.${OCTET}$`);
const BRACKETED = /^\[([^\]]*)\](?::\d{1,5})?$/;
const WITH_PORT = /^([\d.]+):\d{1,5}$/;

/**
 * Cuts an address down to what still tells the country: IPv4 to /24, IPv6 to /48. An IPv6 address that only wraps an
 * IPv4 one (v4-mapped, NAT64, 6to4) is cut as that IPv4 address: a 6to4 prefix carries all of it in its first 48 bits.
 *
 * @param text an address as headers and trackers write it: with brackets, quotes, a port or a zone allowed
 * @returns `81.2.69.0`, `2001:db8:1::`, or null when the text is no address
 */
export function truncateAddress(text: string): string | null {
  const quad = DOTTED_QUAD.exec(text);
  if (quad) return `${String(quad[1])}.0`;
  const bare = withoutDecoration(text);
  const bareQuad = DOTTED_QUAD.exec(bare);
  if (bareQuad) return `${String(bareQuad[1])}.0`;
  if (!bare.includes(':') || !IPv6.isValid(bare)) return null;
  const address = IPv6.parse(bare);
  const wrapped = wrappedIpv4(address);
  if (wrapped) return truncateAddress(wrapped.toString());
  return new IPv6([...address.parts.slice(0, 3), 0, 0, 0, 0, 0]).toString();
}

function withoutDecoration(text: string): string {
  const trimmed = text.trim();
  const unquoted =
    trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1) : trimmed;
  return BRACKETED.exec(unquoted)?.[1] ?? WITH_PORT.exec(unquoted)?.[1] ?? unquoted;
}

/** The IPv4 address inside an IPv6 one: v4-mapped (RFC 4291), stateless translation (RFC 6145), NAT64 (RFC 6052), 6to4 (RFC 3056). */
function wrappedIpv4({ parts }: IPv6): IPv4 | null {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = parts;
  const startsWithZeros = (a | b | c | d) === 0;
  if (a === 0x2002) return ipv4Of(b, c);
  if (a === 0x64 && b === 0xff9b && (c | d | e | f) === 0) return ipv4Of(g, h);
  if (startsWithZeros && ((e === 0 && f === 0xffff) || (e === 0xffff && f === 0))) return ipv4Of(g, h);
  return null;
}

const ipv4Of = (high: number, low: number): IPv4 => new IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);
