import { truncateAddress } from './address';
import type { RequestHeaders } from './tracking-request';

/**
 * The truncated address of the visitor: X-Forwarded-For, else Forwarded (RFC 7239), else the socket.
 *
 * @param trustedProxies how many proxies in front append to the header: the address is the one that the outermost of
 *   them saw, and what a visitor wrote into the header himself is ignored. 0: headers do not count. null: the first
 *   address of the header counts, as in other collectors of this protocol.
 * @returns null when neither names an address
 */
export function visitorAddress(
  headers: RequestHeaders,
  socketAddress: string | undefined,
  trustedProxies: number | null,
): string | null {
  const chain = trustedProxies === 0 ? null : forwardedFor(headers);
  if (chain === null) return socketAddress === undefined ? null : truncateAddress(socketAddress);
  if (trustedProxies === null) return firstAddress(chain);
  return truncateAddress(chain[Math.max(0, chain.length - trustedProxies)] ?? '');
}

function firstAddress(chain: readonly string[]): string | null {
  for (const hop of chain) {
    const address = truncateAddress(hop);
    if (address !== null) return address;
  }
  return null;
}

/** The hops that proxies noted, client first; null when there is no such header. */
function forwardedFor(headers: RequestHeaders): readonly string[] | null {
  const xForwardedFor = headers['x-forwarded-for'];
  if (xForwardedFor !== undefined) return hopsOf(xForwardedFor);
  const { forwarded } = headers;
  if (forwarded === undefined) return null;
  return hopsOf(forwarded).map((hop) => FORWARDED_FOR.exec(hop)?.[1] ?? '');
}

const FORWARDED_FOR = /(?:^|;)\s*for\s*=\s*("[^"]*"|[^;\s]*)/i;

const hopsOf = (header: string | readonly string[]): readonly string[] =>
  (typeof header === 'string' ? header : header.join(',')).split(',').map((hop) => hop.trim());
