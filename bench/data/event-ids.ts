/** Where the number stands in an event id, and how many digits it has. */
const NUMBER_AT = 24;
const DIGITS = 12;
const HEX = Buffer.from('0123456789abcdef');

/**
 * Event ids that can be counted: a UUID whose last twelve digits are a number. A check for loss and copies is then a list of
 * bits, and not a set of millions of texts.
 *
 * @param run eight hexadecimal digits: ids of two runs never meet
 */
export function eventId(run: string, number: number): string {
  return `${run}-0000-4000-8000-${number.toString(16).padStart(DIGITS, '0')}`;
}

/** The number in an event id; NaN for an id that is none of ours. */
export function numberOf(id: string, run: string): number {
  return id.startsWith(run) && id.length === NUMBER_AT + DIGITS
    ? Number.parseInt(id.slice(NUMBER_AT), 16)
    : NaN;
}

/** Writes another number into the id that stands at `position` of a buffer. */
export function stampNumber(buffer: Buffer, position: number, number: number): void {
  let rest = number;
  for (let at = position + NUMBER_AT + DIGITS - 1; at >= position + NUMBER_AT; at -= 1) {
    buffer[at] = HEX[rest % 16] ?? 0;
    rest = Math.floor(rest / 16);
  }
}

/** Counts ids of one run: which came, how often, and what came that is none. */
export class IdTally {
  private readonly seen: Uint8Array;
  private counted = 0;
  private different = 0;

  /** @param numbers ids with numbers from `first` up to, not including, `first + numbers` are expected */
  constructor(
    private readonly run: string,
    private readonly first: number,
    numbers: number,
  ) {
    this.seen = new Uint8Array(numbers);
  }

  add(id: string): void {
    this.counted += 1;
    const index = numberOf(id, this.run) - this.first;
    if (this.seen[index] !== 0) return;
    this.seen[index] = 1;
    this.different += 1;
  }

  /** Records, copies and strangers included. */
  get count(): number {
    return this.counted;
  }

  /** Expected ids that came at least once. */
  get distinct(): number {
    return this.different;
  }
}
