import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** True for an address of the public internet: not loopback, private, link-local, metadata, or an IPv4 one in disguise. */
export function isPublic(address: string): boolean {
  const parsed = ipaddr.process(address);
  return parsed.range() === 'unicast';
}

/**
 * Looks a name up and refuses addresses that are not public. The check is made on the very address that is then connected
 * to, so a name that changes its address between two questions gains nothing.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) {
      callback(error, '', 4);
      return;
    }
    const refused = addresses.find(({ address }) => !isPublic(address));
    const [first] = addresses;
    if (refused || !first) {
      callback(
        Object.assign(new Error(`${hostname} has an address that is not public`), { code: 'EPRIVATE' }),
        '',
        4,
      );
      return;
    }
    if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

/** Null when a URL may be asked, or why not. Names are judged when they are looked up. */
export function urlProblem(url: URL, allowPrivate: boolean): string | null {
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
    return `is asked over ${url.protocol.slice(0, -1)}, and only https is allowed`;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(host) !== 0 && !isPublic(host)) return 'has an address that is not public';
  return null;
}
