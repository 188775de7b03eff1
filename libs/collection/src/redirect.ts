/** Longest address that a visitor is sent to, in characters. */
const LONGEST = 8_192;
/** Scheme, two slashes, and then a host at once: what follows is read by URL, which repairs too much by itself. */
const ABSOLUTE = /^https?:\/\/[^/\\?#@\s]/i;
/** Control characters, spaces and backslashes: browsers drop or turn them, so that another host may come out. */
const UNSAFE = /[\p{Cc}\p{Z}\ufeff\\]/u;

/** A host, as the list names it: `shop.example`, `shop.example:8443`; null when it is none. There are no wildcards. */
export function redirectHost(text: string): string | null {
  if (/[\s/\\?#@*]/.test(text) || !URL.canParse(`https://${text}`)) return null;
  return new URL(`https://${text}`).host;
}

/**
 * Where the parameter `u` of a link sends the visitor: only to a host of the list, exactly (a port that is not the
 * scheme's own is part of it), over http or https. Anything else would let strangers borrow the collector's good name.
 *
 * @param hosts as {@link redirectHost} gives them
 * @returns the address in its normal form, in ASCII; null when there is not exactly one (another reader may take
 *   another of two), it is no address, or not on the list
 */
export function redirectTarget(querystring: string | null, hosts: ReadonlySet<string>): string | null {
  const [target, ...others] = new URLSearchParams(querystring ?? '').getAll('u');
  if (target === undefined || others.length > 0) return null;
  if (target.length > LONGEST || UNSAFE.test(target) || !ABSOLUTE.test(target)) return null;
  if (!URL.canParse(target)) return null;
  const { protocol, username, password, host, href } = new URL(target);
  if (protocol !== 'https:' && protocol !== 'http:') return null;
  return username === '' && password === '' && hosts.has(host) ? href : null;
}
