/*
 * Addresses and names that no real visitor has, planted where a visitor's would be. IPv4: 198.18.0.0/15, set aside for
 * measurements (RFC 2544). IPv6: 2001:db8::/32, set aside for documentation (RFC 3849). So each of them, found where no
 * address may be, is a leak: also one that was cut to /24.
 */

const HOSTS = 254;
/** Networks of /24 for each place, so that an address tells where it was planted. */
const NETS = 170;

/** Where an address is planted: the parameter `ip`, a text that a person could have typed, a forwarding header. */
export const places = ['parameter', 'text', 'header'] as const;
export type Place = (typeof places)[number];

/** The IPv4 canary of an event in a place; the last octet is never 0, so that a cut one can be told. */
export function canaryV4(seq: number, place: Place): string {
  const net = places.indexOf(place) * NETS + (Math.floor(seq / HOSTS) % NETS);
  return `198.${String(18 + (net >> 8))}.${String(net & 0xff)}.${String((seq % HOSTS) + 1)}`;
}

/** Where an IPv4 canary was planted; null for what is none in its plain form. */
export function placeOf(address: string): Place | null {
  const [, second, third] = /^198\.(18|19)\.(\d{1,3})\.\d{1,3}$/.exec(address) ?? [];
  if (second === undefined) return null;
  return places[Math.floor(((Number(second) - 18) * 256 + Number(third)) / NETS)] ?? null;
}

/** The IPv6 canary of a request, for its forwarding header. */
export const canaryV6 = (seq: number): string =>
  `2001:db8:${((seq >>> 16) & 0xffff).toString(16)}:a:b:c:${(seq & 0xffff).toString(16)}:1`;

/** How every user id of a run begins: in the clear it must be nowhere. */
export const CLEAR_ID = 'hwv-clear-';
