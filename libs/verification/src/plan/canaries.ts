/*
 * Addresses and names that no real visitor has, planted where a visitor's would be. IPv4: 198.18.0.0/15, set aside for
 * measurements (RFC 2544). IPv6: 2001:db8::/32, set aside for documentation (RFC 3849). So each of them, found where no
 * address may be, is a leak: also one that was cut to /24.
 */

const FIRST = 198;
const SECOND = 18;
const HOSTS = 254;

/** Where an address is planted. */
export const places = ['parameter', 'text', 'header'] as const;
export type Place = (typeof places)[number];

/** The IPv4 canary of an event in a place; the last octet is never 0, so that a cut one can be told. */
export function canaryV4(seq: number, place: Place): string {
  const number = seq * places.length + places.indexOf(place);
  const host = (number % HOSTS) + 1;
  const net = Math.floor(number / HOSTS) % 512;
  return `${String(FIRST)}.${String(SECOND + (net >> 8))}.${String(net & 0xff)}.${String(host)}`;
}

/** The IPv6 canary of a request, for its forwarding header. */
export const canaryV6 = (seq: number): string =>
  `2001:db8:${((seq >>> 16) & 0xffff).toString(16)}:a:b:c:${(seq & 0xffff).toString(16)}:1`;

/** How every user id of a run begins: in the clear it must be nowhere. */
export const CLEAR_ID = 'hwv-clear-';
