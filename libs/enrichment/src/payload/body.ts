import { isUtf8 } from 'node:buffer';

const JSON_CONTENT_TYPE = /^\s*application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;
const FORM_CONTENT_TYPE = /^\s*application\/x-www-form-urlencoded\s*(?:;.*)?$/i;
const BYTE_ORDER_MARK = '\uFEFF';

/** The content types that say of a body that it is JSON in UTF-8. */
export const isJson = (contentType: string | null): boolean => JSON_CONTENT_TYPE.test(contentType ?? '');

export const isForm = (contentType: string | null): boolean => FORM_CONTENT_TYPE.test(contentType ?? '');

export const isEmpty = (body: Buffer | null): body is null => body === null || body.length === 0;

/** The text of a body, without byte order mark; null where it is not UTF-8. */
export function textOf(body: Buffer): string | null {
  if (!isUtf8(body)) return null;
  const text = body.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** The JSON in a text; undefined for what is none. */
export function parsed(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
