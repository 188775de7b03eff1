const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const SPACE = 32;

/**
 * Walks through JSON text without building values, so that parts of it can be cut out exactly as they were sent:
 * parsing and printing again would change numbers beyond 2^53, `1.0`, the order of keys and doubled keys.
 *
 * The text must be valid JSON (see `JSON.parse`); positions are indices of UTF-16 units.
 */
export class JsonWalker {
  /** Deepest nesting inside what was skipped; a flat object counts 1. */
  deepest = 0;
  /** Members and elements inside what was skipped. */
  parts = 0;

  constructor(readonly text: string) {}

  /** Position of the first character of the value at or after `from`. */
  next(from: number): number {
    let at = from;
    while (this.text.charCodeAt(at) <= SPACE) at += 1;
    return at;
  }

  isObject(at: number): boolean {
    return this.text.charCodeAt(at) === OPEN_BRACE;
  }

  isArray(at: number): boolean {
    return this.text.charCodeAt(at) === OPEN_BRACKET;
  }

  isString(at: number): boolean {
    return this.text.charCodeAt(at) === QUOTE;
  }

  /** The string that starts at `at`. */
  stringAt(at: number): string {
    const end = this.endOfString(at);
    const inner = this.text.slice(at + 1, end - 1);
    return inner.includes('\\') ? (JSON.parse(this.text.slice(at, end)) as string) : inner;
  }

  /**
   * Visits the members of the object that starts at `at`. The visitor gets the key and where the value starts, and
   * returns where it ends: by {@link skip}, or by walking into it.
   *
   * @returns position after the object
   */
  object(at: number, visit: (key: string, valueAt: number) => number): number {
    let position = this.next(at + 1);
    while (this.text.charCodeAt(position) !== CLOSE_BRACE) {
      const key = this.stringAt(position);
      const colon = this.next(this.endOfString(position));
      position = this.next(visit(key, this.next(colon + 1)));
      if (this.text.charCodeAt(position) === COMMA) position = this.next(position + 1);
    }
    return position + 1;
  }

  /** Visits the elements of the array that starts at `at`, as {@link object} does. */
  array(at: number, visit: (valueAt: number, index: number) => number): number {
    let position = this.next(at + 1);
    let index = 0;
    while (this.text.charCodeAt(position) !== CLOSE_BRACKET) {
      position = this.next(visit(position, index));
      index += 1;
      if (this.text.charCodeAt(position) === COMMA) position = this.next(position + 1);
    }
    return position + 1;
  }

  /** Position after the value that starts at `at`. */
  skip(at: number): number {
    const { text } = this;
    const first = text.charCodeAt(at);
    if (first === QUOTE) return this.endOfString(at);
    if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return this.endOfScalar(at);
    let position = at + 1;
    let depth = 1;
    let deepest = 1;
    this.parts += 1;
    while (depth > 0) {
      switch (text.charCodeAt(position)) {
        case QUOTE:
          position = this.endOfString(position);
          continue;
        case COMMA:
          this.parts += 1;
          break;
        case OPEN_BRACE:
        case OPEN_BRACKET:
          this.parts += 1;
          depth += 1;
          if (depth > deepest) deepest = depth;
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          depth -= 1;
          break;
        default:
      }
      position += 1;
    }
    if (deepest > this.deepest) this.deepest = deepest;
    return position;
  }

  private endOfString(at: number): number {
    const { text } = this;
    let position = at + 1;
    for (;;) {
      const code = text.charCodeAt(position);
      if (code === QUOTE) return position + 1;
      position += code === BACKSLASH ? 2 : 1;
    }
  }

  private endOfScalar(at: number): number {
    const { text } = this;
    let position = at + 1;
    while (position < text.length) {
      const code = text.charCodeAt(position);
      if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= SPACE) break;
      position += 1;
    }
    return position;
  }
}
