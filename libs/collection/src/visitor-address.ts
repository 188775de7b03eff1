import { truncateAddress } from './address';
import { appendedFor, forwardedFor, xForwardedFor } from './forwarded';
import type { RequestHeaders } from './tracking-request';

/** Which header of proxies is believed. */
export type ForwardingHeader = 'any' | 'X-Forwarded-For' | 'Forwarded';

export interface AddressPolicy {
  /**
   * How many proxies in front append to the header: the address is the one that the outermost of them saw, and what a
   * visitor wrote into the header himself is ignored. 0: headers do not count. null: the first address of the header
   * counts, as in other collectors of this protocol.
   */
  readonly trustedProxies: number | null;
  readonly header: ForwardingHeader;
}

/**
 * The truncated address of the visitor: X-Forwarded-For, else Forwarded (RFC 7239), else the socket. A header with fewer
 * hops than there are trusted proxies did not come through all of them: then only the socket cannot be forged.
 *
 * @returns null when neither names an address
 */
export function visitorAddress(
  headers: RequestHeaders,
  socketAddress: string | undefined,
  { trustedProxies, header }: AddressPolicy,
): string | null {
  const chain = trustedProxies === 0 ? null : chainOf(headers, header, trustedProxies);
  if (chain === null) return addressOfSocket(socketAddress);
  if (trustedProxies === null) return firstAddress(chain);
  return chain.length < trustedProxies
    ? addressOfSocket(socketAddress)
    : truncateAddress(chain[chain.length - trustedProxies] ?? '');
}

const addressOfSocket = (address: string | undefined): string | null =>
  address === undefined ? null : truncateAddress(address);

function firstAddress(chain: readonly string[]): string | null {
  for (const hop of chain) {
    const address = truncateAddress(hop);
    if (address !== null) return address;
  }
  return null;
}

/** The hops that proxies noted, client first; null when there is no such header. */
function chainOf(
  headers: RequestHeaders,
  believed: ForwardingHeader,
  trustedProxies: number | null,
): readonly string[] | null {
  const listed = believed === 'Forwarded' ? undefined : headers['x-forwarded-for'];
  if (listed !== undefined) return xForwardedFor(textOf(listed));
  const forwarded = believed === 'X-Forwarded-For' ? undefined : headers['forwarded'];
  if (forwarded === undefined) return null;
  return trustedProxies === null ? forwardedFor(textOf(forwarded)) : appendedFor(textOf(forwarded));
}

const textOf = (header: string | readonly string[]): string =>
  typeof header === 'string' ? header : header.join(',');
