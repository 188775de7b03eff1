/** What one record is to hold of a body that is too large for it. */
export interface BodyPart {
  /** The wrapper of the whole body around some of its events. */
  readonly body: Buffer;
  /** Position in the whole body of its first event. */
  readonly firstIndex: number;
}

/** Bytes of a body. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** An event that is too large for a record of its own, and where it stands. */
export interface OversizeEvent extends Span {
  readonly index: number;
}

export interface SplitBody {
  /** In order. Each is made when it is asked for: together they may take several times what the body does. */
  readonly parts: Iterable<BodyPart>;
  readonly oversize: readonly OversizeEvent[];
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];

/** Longest key of the wrapper that is read. */
const LONGEST_KEY = 64;
/** Most bytes around the events, and most of what a part may hold: each part bears them again. */
const LONGEST_WRAPPER = 64 * 1024;
const WRAPPER_SHARE = 1 / 8;

/**
 * Splits a `payload_data` body between its events, in order, into bodies of at most `maximumBytes`. The bytes are
 * scanned, not parsed: nesting costs nothing, and what is wrong with an event stays with that event.
 *
 * @returns null where no list of events can be found, or where what is around it takes more than an eighth of a part
 */
export function splitBody(body: Buffer, maximumBytes: number): SplitBody | null {
  const list = findEvents(body);
  if (list === null) return null;
  const [before, after] = [body.subarray(0, list.from), body.subarray(list.to)];
  const wrapper = before.length + after.length;
  if (wrapper > Math.min(LONGEST_WRAPPER, maximumBytes * WRAPPER_SHARE)) return null;
  const spans = spansOf(body, list, maximumBytes - wrapper);
  if (spans === null) return null;
  function* parts({ events }: Spans): Iterable<BodyPart> {
    for (const { from, to, firstIndex } of events)
      yield { body: Buffer.concat([before, body.subarray(from, to), after]), firstIndex };
  }
  return {
    parts: { [Symbol.iterator]: () => parts(spans)[Symbol.iterator]() },
    oversize: spans.oversize,
  };
}

interface Spans {
  /** Runs of events that fit into one part. */
  readonly events: readonly (Span & { readonly firstIndex: number })[];
  readonly oversize: readonly OversizeEvent[];
}

/** Where a list is cut so that no run is larger than the room; null where it is no list. */
function spansOf(body: Buffer, list: Span, room: number): Spans | null {
  const events: (Span & { readonly firstIndex: number })[] = [];
  const oversize: OversizeEvent[] = [];
  // Numbers, not objects: a hostile list has millions of items.
  let runFrom = -1;
  let runTo = -1;
  let firstIndex = 0;
  const close = (): void => {
    if (runFrom < 0) return;
    events.push({ from: runFrom, to: runTo, firstIndex });
    runFrom = -1;
  };
  let from = skipSpace(body, list.from);
  for (let index = 0; from < list.to; index += 1) {
    const to = endOfValue(body, from);
    if (to === from) return null;
    const isTooLarge = to - from > room;
    if (runFrom >= 0 && (isTooLarge || to - runFrom > room)) close();
    if (isTooLarge) oversize.push({ index, from, to });
    else {
      if (runFrom < 0) {
        runFrom = from;
        firstIndex = index;
      }
      runTo = to;
    }
    const next = skipSpace(body, to);
    if (next === list.to) {
      close();
      return { events, oversize };
    }
    if (body[next] !== COMMA) return null;
    from = skipSpace(body, next + 1);
  }
  return null;
}

/** What is between the brackets of the one list under the key `data` of the outermost object. */
function findEvents(body: Buffer): Span | null {
  let at = skipSpace(body, startsWithByteOrderMark(body) ? 3 : 0);
  if (body[at] !== OPEN_OBJECT) return null;
  let found: Span | null = null;
  at = skipSpace(body, at + 1);
  while (body[at] === QUOTE) {
    const keyEnd = endOfText(body, at);
    const colon = skipSpace(body, keyEnd);
    if (body[colon] !== COLON) return null;
    const value = skipSpace(body, colon + 1);
    const end = endOfValue(body, value);
    if (keyOf(body, at, keyEnd) === 'data') {
      if (found !== null || body[value] !== OPEN_LIST || body[end - 1] !== CLOSE_LIST) return null;
      found = { from: value + 1, to: end - 1 };
    }
    at = skipSpace(body, end);
    if (body[at] !== COMMA) break;
    at = skipSpace(body, at + 1);
  }
  return body[at] === CLOSE_OBJECT && skipSpace(body, at + 1) === body.length ? found : null;
}

/** The end of the value that begins here: where a comma or bracket outside of it follows, or the bytes end. */
function endOfValue(body: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < body.length; at += 1) {
    switch (body[at]) {
      case QUOTE:
        at = endOfText(body, at) - 1;
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        if (depth === 0) return withoutSpace(body, from, at);
        depth -= 1;
        break;
      case COMMA:
        if (depth === 0) return withoutSpace(body, from, at);
        break;
      default:
    }
  }
  return body.length;
}

/** After the closing quote of the text that opens here. */
function endOfText(body: Buffer, quote: number): number {
  let end = body.indexOf(QUOTE, quote + 1);
  while (end >= 0 && isEscaped(body, end, quote)) end = body.indexOf(QUOTE, end + 1);
  return end < 0 ? body.length : end + 1;
}

function isEscaped(body: Buffer, at: number, opening: number): boolean {
  let backslashes = 0;
  while (at - backslashes - 1 > opening && body[at - backslashes - 1] === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

/** A key without its quotes and escapes; empty where it is no text, or longer than any that counts. */
function keyOf(body: Buffer, from: number, to: number): string {
  if (to - from > LONGEST_KEY) return '';
  try {
    return String(JSON.parse(body.toString('utf8', from, to)));
  } catch {
    return '';
  }
}

const startsWithByteOrderMark = (body: Buffer): boolean =>
  body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;

function skipSpace(body: Buffer, from: number): number {
  let at = from;
  while (isSpace(body[at])) at += 1;
  return at;
}

function withoutSpace(body: Buffer, from: number, to: number): number {
  let end = to;
  while (end > from && isSpace(body[end - 1])) end -= 1;
  return end;
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
