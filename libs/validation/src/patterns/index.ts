import { automatonOf, type Automaton } from './automaton';
import { mostSteps, type Costly } from './cost';
import { type Meter } from './meter';
import { parsePattern, type Node } from './parse';

export { Meter, OverBudget } from './meter';

/** A pattern whose matching takes bounded time. */
export interface BoundedPattern {
  /** @throws {OverBudget} when the text would take more work than is left */
  readonly test: (text: string) => boolean;
}

/** Longest pattern, characters; the longest of Iglu Central has 121. */
export const MAX_PATTERN = 2_000;
/** Steps a character may cost when a backtracking engine is let loose without accounting. */
const STEPS_A_CHARACTER = 256;
/** Longest text that a field of an event can have. */
const LONGEST_TEXT = 2 ** 24;
/** Steps of a backtracking engine that are allowed where no automaton can do the work. */
const MAX_BACKTRACKING = 1_000_000;
/** A pattern that no automaton can do must at least be able to judge texts of this length. */
const LEAST_LENGTH = 64;

/**
 * A pattern that answers as `new RegExp(source, flags).test` does, and always soon.
 *
 * A backtracking engine is the fastest on nearly every text and takes longer than the universe will last on some. So it
 * is asked where its worst case is known to be near-linear for the length of the text; else an automaton, several times
 * slower but linear; and a pattern that no automaton can do (it looks around, or refers back) is asked of the engine
 * for texts so short that it cannot take long. See ADR 12.
 *
 * @param meter what the work is charged to
 * @throws {Error} saying why the pattern is refused
 */
export function boundedPattern(source: string, flags: string, meter: Meter): BoundedPattern {
  if (source.length > MAX_PATTERN) throw refusal(source, `it is longer than ${MAX_PATTERN} characters`);
  const expression = new RegExp(source, flags);
  const pattern = parsed(source, flags);
  const costly = { pattern, flags };
  const lengthForEngine = longest((length) => mostSteps(costly, length) <= STEPS_A_CHARACTER * (length + 1));
  if (lengthForEngine >= 0) expression.test('');
  if (lengthForEngine >= LONGEST_TEXT) return { test: (text) => expression.test(text) };

  const other = automatonOf(pattern, flags) ?? engineOn(expression, costly);
  return {
    test: (text) => (text.length <= lengthForEngine ? expression.test(text) : other.test(text, meter)),
  };
}

function engineOn(expression: RegExp, costly: Costly): Automaton {
  if (mostSteps(costly, LEAST_LENGTH) > MAX_BACKTRACKING)
    throw refusal(
      expression.source,
      `it looks around, refers back or repeats so much that a text of ${LEAST_LENGTH} characters could take for ever`,
    );
  expression.test('');
  return {
    test: (text, meter) => {
      const steps = mostSteps(costly, text.length);
      meter.spend(steps <= MAX_BACKTRACKING ? steps : Infinity);
      return expression.test(text);
    },
  };
}

function parsed(source: string, flags: string): Node {
  try {
    return parsePattern(source, flags.includes('u'));
  } catch (error) {
    throw refusal(source, (error as Error).message);
  }
}

/** The greatest power of two up to which something holds, 0 when only there, or -1. */
function longest(holdsFor: (length: number) => boolean): number {
  let length = holdsFor(0) ? 0 : -1;
  for (let next = 1; length !== -1 && next <= LONGEST_TEXT && holdsFor(next); next *= 2) length = next;
  return length;
}

const refusal = (source: string, reason: string): Error =>
  new Error(`its pattern ${source.slice(0, 100)} is refused: ${reason}`);
