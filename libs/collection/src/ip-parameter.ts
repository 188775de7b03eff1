import { maskAddresses } from '@headwater/stage';
import { truncateAddress } from './address';

/*
 * The tracker protocol lets a client name the visitor's address itself, in the parameter `ip`. Nothing is parsed to
 * find it: a scan of the bytes says whether the key can be there at all, and only then the text is read and rewritten.
 * Other parameters (also base64 ones: `cx`, `ue_px`) are the tracker's own data and stay as they came.
 */
const KEY = 'ip';
const KEY_END = Buffer.from(`${KEY}"`);
const ESCAPE = Buffer.from('\\u00');
const QUOTE = 0x22;
const NUL = 0x00;
/** Bytes of a byte order mark, as Latin-1. */
const MARK = '\u00ef\u00bb\u00bf';
/**
 * A parameter `ip`: no other bytes than these spell its name. Readers skip a question mark at the beginning, and the byte
 * order mark of a form.
 */
const IP_PARAMETER = new RegExp(`(^(?:${MARK})?\\?*|&)(?:i|%69)(?:p|%70)(?:=([^&]*))?(?=&|$)`, 'g');
/** The same, behind another parameter, in each way to spell it. */
const IN_FORM = ['&ip', '&%69p', '&i%70', '&%69%70'] as const;
/** The separator after a first parameter that is gone, unless what readers skip would then be at the beginning. */
const SEPARATOR_LEFT = new RegExp(`^([^&]*)&(?![?${MARK}])`);
/** Longest list of addresses that is read, in characters. */
const LONGEST_LIST = 1_000;
/** Most parameters `ip` whose value is read; trackers send one, and those above are removed. */
const MOST_READ = 1_000;

/**
 * Truncates the address in every `ip` parameter of a query string, or removes the parameter when the visitor asked for
 * anonymity or when its value is no address. All other bytes stay as they are.
 */
export function truncateIpInQuery(query: string, anonymous: boolean): string {
  let isFirstRemoved = false as boolean;
  let read = 0;
  const kept = query.replace(IP_PARAMETER, (_parameter, before: string, value: string | undefined) => {
    const mayStay = !anonymous && value !== undefined && value !== '' && (read += 1) <= MOST_READ;
    const truncated = mayStay ? truncatedValue(decoded(value)) : null;
    if (truncated !== null) return `${before}${KEY}=${encodeURIComponent(truncated)}`;
    if (before === '&') return '';
    isFirstRemoved = true;
    return before;
  });
  return isFirstRemoved ? kept.replace(SEPARATOR_LEFT, '$1') : kept;
}

/** A value out of its escapes, as far as it can be an address: those are ASCII. */
const decoded = (value: string): string =>
  value
    .slice(0, 3 * LONGEST_LIST)
    .replaceAll('+', ' ')
    .replace(/%([\da-f]{2})/gi, (_escape, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );

/**
 * Truncates the address in every `ip` key of a body, or removes the key when the visitor asked for anonymity. A body
 * that names `ip` and cannot be read is masked: every run in it that looks like an address is replaced.
 *
 * @returns the same buffer when there is nothing to do
 */
export function truncateIpInBody(body: Buffer, anonymous: boolean): Buffer {
  if (!opensJson(body)) return truncateIpInText(body, anonymous);
  if (namesIp(body)) return truncatedJson(body, anonymous) ?? truncateIpInText(body, anonymous);
  return namesIpInForm(body) && !isJson(body) ? truncateIpInText(body, anonymous) : body;
}

/**
 * A body that is no JSON: read as a form, as some trackers and webhooks send it. What may be JSON all the same, for readers that
 * forgive more, or UTF-16, is masked first: that can bring a parameter to light.
 */
function truncateIpInText(body: Buffer, anonymous: boolean): Buffer {
  const text = body.toString('latin1');
  const shown = namesIp(body) || hidesIp(text) ? masked(body) : text;
  const truncated = truncateIpInQuery(shown, anonymous);
  return truncated === text ? body : Buffer.from(truncated, 'latin1');
}

/** Whether a form in UTF-16 has the parameter. */
function hidesIp(text: string): boolean {
  if (!text.includes('\0')) return false;
  const shown = withoutNuls(text);
  return truncateIpInQuery(shown, true) !== shown;
}

/** The address that counts in the value of an `ip` parameter, truncated: the first one, when there are several. */
function truncatedValue(value: string): string | null {
  for (const candidate of value.slice(0, LONGEST_LIST).split(',')) {
    const address = truncateAddress(candidate);
    if (address !== null) return address;
  }
  return null;
}

/** True where the bytes hold `"ip"`, or an escape that may spell one of its letters, or UTF-16. */
function namesIp(body: Buffer): boolean {
  for (let at = body.indexOf(KEY_END); at >= 0; at = body.indexOf(KEY_END, at + 1)) {
    if (body[at - 1] === QUOTE) return true;
  }
  return (
    body.includes(ESCAPE) ||
    (body.includes(NUL) && namesIp(Buffer.from(withoutNuls(body.toString('latin1')), 'latin1')))
  );
}

/** A body that opens like JSON and is none is read as a form, whose first parameter then has a strange name: `{&ip=…`. */
const namesIpInForm = (body: Buffer): boolean => IN_FORM.some((key) => body.includes(key));

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** Bytes as Latin-1 text without the empty ones of UTF-16, which no reader takes. */
const withoutNuls = (text: string): string => text.replaceAll('\0', '');

function opensJson(body: Buffer): boolean {
  for (const byte of body) {
    if (byte === 0x7b || byte === 0x5b) return true;
    if (byte !== 0x20 && (byte < 0x09 || byte > 0x0d)) return false;
  }
  return false;
}

/** The body with truncated addresses; null when it cannot be read, or not be written again (nested too deep). */
function truncatedJson(body: Buffer, anonymous: boolean): Buffer | null {
  try {
    const root: unknown = JSON.parse(body.toString('utf8'));
    truncateWithin(root, anonymous);
    return Buffer.from(JSON.stringify(root));
  } catch {
    return null;
  }
}

/** Walks without recursion: a hostile body may be nested deeper than the stack. */
function truncateWithin(root: unknown, anonymous: boolean): void {
  const open: object[] = isObject(root) ? [root] : [];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (Object.hasOwn(node, KEY)) truncateKey(node, anonymous);
    for (const child of Object.values(node) as unknown[]) if (isObject(child)) open.push(child);
  }
}

function truncateKey(holder: { ip?: unknown }, anonymous: boolean): void {
  const { ip } = holder;
  const truncated = !anonymous && typeof ip === 'string' ? truncatedValue(ip) : null;
  if (truncated !== null) holder.ip = truncated;
  else if (anonymous || typeof ip === 'string') delete holder.ip;
  else holder.ip = null; // not a text: the enricher reports it, without its content
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Bytes as Latin-1 text, masked; all others are what they were. Escapes that may hide an address are resolved first. */
function masked(body: Buffer): string {
  const text = withoutNuls(body.toString('latin1'))
    .replace(/\\u00(2[5e]|3[0-9a]|4[1-6]|6[1-6])/gi, (_escape, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .replace(/\\[bfnrt]/g, ' ');
  return maskAddresses(text);
}
