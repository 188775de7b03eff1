const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const MINUS = 45;
const PLUS = 43;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const SPACE = 32;
const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const LETTER_U = 117;
const SMALL_E = 101;
const BIG_E = 69;

const SIMPLE_ESCAPES: ReadonlySet<string> = new Set(['"', '\\', '/', 'b', 'f', 'n', 'r', 't']);
const FOUR_HEX = /^[0-9a-fA-F]{4}$/;
const literals = ['true', 'false', 'null'] as const;

/** Why a walk ended early. Thrown inside a walk only, and turned into a value by who started it. */
export class JsonProblem extends Error {
  constructor(readonly kind: 'syntax' | 'depth' | 'parts') {
    super(kind);
  }
}

/** How much a text may hold. */
export interface JsonLimits {
  /** Deepest nesting of objects and lists; a flat object has 1. */
  readonly depth: number;
  /** Members and elements on all levels together. */
  readonly parts: number;
}

/** Position after a value. */
type End = number;

/**
 * Walks through JSON text without building values, and checks it on the way as strictly as `JSON.parse` does. So parts
 * of it can be cut out exactly as they were sent: parsing and printing again would change numbers beyond 2^53, `1.0`,
 * the order of keys and doubled keys.
 *
 * All positions are indices of UTF-16 units. Every method throws {@link JsonProblem} at the first problem.
 */
export class JsonWalker {
  private depth = 0;
  private parts = 0;
  /** Whether the string passed last holds an escape. */
  private hasEscape = false;

  constructor(
    readonly text: string,
    private readonly limits: JsonLimits,
  ) {}

  /** Visits the one value that the whole text must be, and hands back what the visitor made of it. */
  root<Result extends { readonly end: End }>(visit: (at: number) => Result): Result {
    const result = visit(this.next(0));
    if (this.next(result.end) !== this.text.length) throw new JsonProblem('syntax');
    return result;
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
    return this.stringBetween(at, this.endOfString(at));
  }

  /**
   * Passes through the object that starts at `at`. The visitor gets the key and where its value starts, and returns
   * where it ends: by {@link skip}, or by walking into it.
   *
   * @param names keys of the members to visit, others are skipped; without it, all are visited
   */
  object(at: number, visit: (key: string, valueAt: number) => End, names?: readonly string[]): End {
    const { text } = this;
    this.enter();
    let position = this.next(at + 1);
    if (text.charCodeAt(position) === CLOSE_BRACE) return this.leave(position);
    for (;;) {
      this.countPart();
      const keyAt = position;
      if (text.charCodeAt(keyAt) !== QUOTE) throw new JsonProblem('syntax');
      this.hasEscape = false;
      const keyEnd = this.endOfString(keyAt);
      const key = names ? this.matching(keyAt, keyEnd, names) : this.stringBetween(keyAt, keyEnd);
      position = this.next(keyEnd);
      if (text.charCodeAt(position) !== COLON) throw new JsonProblem('syntax');
      position = this.next(position + 1);
      position = this.next(key === undefined ? this.skip(position) : visit(key, position));
      const code = text.charCodeAt(position);
      if (code === CLOSE_BRACE) return this.leave(position);
      if (code !== COMMA) throw new JsonProblem('syntax');
      position = this.next(position + 1);
    }
  }

  /** Passes through the list that starts at `at`, visiting its elements as {@link object} does its members. */
  array(at: number, visit: (valueAt: number, index: number) => End): End {
    const { text } = this;
    this.enter();
    let position = this.next(at + 1);
    if (text.charCodeAt(position) === CLOSE_BRACKET) return this.leave(position);
    for (let index = 0; ; index += 1) {
      this.countPart();
      position = this.next(visit(position, index));
      const code = text.charCodeAt(position);
      if (code === CLOSE_BRACKET) return this.leave(position);
      if (code !== COMMA) throw new JsonProblem('syntax');
      position = this.next(position + 1);
    }
  }

  /** Passes over the value that starts at `at`. */
  skip(at: number): End {
    switch (this.text.charCodeAt(at)) {
      case QUOTE:
        return this.endOfString(at);
      case OPEN_BRACE:
        return this.object(at, this.skipMember, NO_NAMES);
      case OPEN_BRACKET:
        return this.array(at, this.skipElement);
      default:
        return this.endOfScalar(at);
    }
  }

  private readonly skipMember = (_key: string, valueAt: number): End => this.skip(valueAt);
  private readonly skipElement = (valueAt: number): End => this.skip(valueAt);

  private enter(): void {
    this.depth += 1;
    if (this.depth > this.limits.depth) throw new JsonProblem('depth');
  }

  private leave(at: number): End {
    this.depth -= 1;
    return at + 1;
  }

  private countPart(): void {
    this.parts += 1;
    if (this.parts > this.limits.parts) throw new JsonProblem('parts');
  }

  /** Position of the first character at or after `from` that is no white space. */
  private next(from: number): number {
    let at = from;
    for (;;) {
      const code = this.text.charCodeAt(at);
      if (code > SPACE) return at;
      if (code !== SPACE && code !== LINE_FEED && code !== CARRIAGE_RETURN && code !== TAB) return at;
      at += 1;
    }
  }

  private endOfString(at: number): End {
    const { text } = this;
    let position = at + 1;
    for (;;) {
      const code = text.charCodeAt(position);
      if (code === QUOTE) return position + 1;
      if (code === BACKSLASH) {
        this.hasEscape = true;
        position = this.endOfEscape(position);
      } else {
        // Also true for NaN, which stands behind the end of the text.
        if (!(code >= SPACE)) throw new JsonProblem('syntax');
        position += 1;
      }
    }
  }

  private endOfEscape(at: number): End {
    const { text } = this;
    if (text.charCodeAt(at + 1) !== LETTER_U) {
      if (!SIMPLE_ESCAPES.has(text.charAt(at + 1))) throw new JsonProblem('syntax');
      return at + 2;
    }
    if (!FOUR_HEX.test(text.slice(at + 2, at + 6))) throw new JsonProblem('syntax');
    return at + 6;
  }

  private endOfScalar(at: number): End {
    const code = this.text.charCodeAt(at);
    if (code === MINUS || isDigit(code)) return this.endOfNumber(at);
    const literal = literals.find((word) => this.text.startsWith(word, at));
    if (literal === undefined) throw new JsonProblem('syntax');
    return at + literal.length;
  }

  private endOfNumber(at: number): End {
    const { text } = this;
    let position = text.charCodeAt(at) === MINUS ? at + 1 : at;
    position = text.charCodeAt(position) === ZERO ? position + 1 : this.endOfDigits(position);
    if (text.charCodeAt(position) === DOT) position = this.endOfDigits(position + 1);
    const code = text.charCodeAt(position);
    if (code !== SMALL_E && code !== BIG_E) return position;
    const sign = text.charCodeAt(position + 1);
    return this.endOfDigits(position + (sign === PLUS || sign === MINUS ? 2 : 1));
  }

  private endOfDigits(at: number): End {
    let position = at;
    while (isDigit(this.text.charCodeAt(position))) position += 1;
    if (position === at) throw new JsonProblem('syntax');
    return position;
  }

  private matching(at: number, end: number, names: readonly string[]): string | undefined {
    if (this.hasEscape) {
      const key = this.stringBetween(at, end);
      return names.find((name) => name === key);
    }
    const length = end - at - 2;
    for (const name of names) if (name.length === length && this.text.startsWith(name, at + 1)) return name;
    return undefined;
  }

  private stringBetween(at: number, end: number): string {
    const inner = this.text.slice(at + 1, end - 1);
    return inner.includes('\\') ? (JSON.parse(this.text.slice(at, end)) as string) : inner;
  }
}

const NO_NAMES: readonly string[] = [];

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE;
