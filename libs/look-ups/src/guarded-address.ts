import { lookup as systemLookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** True for an address of the public internet: not loopback, private, link-local, metadata, or an IPv4 one in disguise. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

/** Looks up all addresses of a name, as `dns.lookup` does. */
type LookUpAll = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Looks a name up and refuses addresses that are not public. The check is made on the very address that is then connected
 * to, so a name that changes its address between two questions gains nothing.
 */
export function guarded(lookUp: LookUpAll): LookupFunction {
  return (hostname, options, callback) => {
    lookUp(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = error ? [] : addresses;
      if (error) callback(error, '', 0);
      else if (!first || !addresses.every(({ address }) => isPublic(address)))
        callback(new Error(`${hostname} has an address that is not public`), '', 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

export const publicLookup: LookupFunction = guarded(systemLookup);

/** Null when a URL may be asked, or why not. Names are judged when they are looked up. */
export function urlProblem(url: URL, allowPrivate: boolean): string | null {
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
    return `is asked over ${url.protocol.slice(0, -1)}, and only https is allowed`;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(host) !== 0 && !isPublic(host)) return 'has an address that is not public';
  return null;
}
