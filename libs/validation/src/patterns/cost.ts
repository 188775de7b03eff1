import { areApart, beginningsOf, charactersOf } from './characters';
import type { Node } from './parse';

/** An upper bound of what a backtracking engine does with a text. */
interface Cost {
  /** Ways to match from one place. */
  readonly ways: number;
  /** Steps to try them all. */
  readonly steps: number;
}

/** A pattern whose cost is asked for. */
export interface Costly {
  readonly pattern: Node;
  readonly flags: string;
}

/**
 * Most steps that a backtracking engine can need to find out that a pattern does not match a text of some length. Counts
 * every way in which the parts can share the text out, whether or not a text exists that needs them all: never too low,
 * often far too high.
 */
export function mostSteps({ pattern, flags }: Costly, length: number): number {
  const { steps } = cost(pattern, length, flags);
  return startsAtStart(pattern) ? steps + length : steps * (length + 1);
}

function cost(node: Node, length: number, flags: string): Cost {
  switch (node.kind) {
    case 'character':
    case 'place':
      return { ways: 1, steps: 1 };
    case 'reference':
      return { ways: 1, steps: length + 1 };
    case 'look':
      return { ways: 1, steps: cost(node.part, length, flags).steps + 1 };
    case 'sequence':
      return sequence(node.parts, length, flags);
    case 'choice':
      return node.options
        .map((option) => cost(option, length, flags))
        .reduce((sum, each) => ({ ways: sum.ways + each.ways, steps: sum.steps + each.steps }));
    case 'repeat':
      return repeated(node, length, flags);
  }
}

type Repeat = Extract<Node, { kind: 'repeat' }>;

function sequence(parts: readonly Node[], length: number, flags: string): Cost {
  return parts.reduce<Cost>(
    (sum, part, index) => {
      const next = parts[index + 1];
      const sure = part.kind === 'repeat' && next !== undefined ? oneWay(part, next, length, flags) : null;
      return followedBy(sum, sure ?? cost(part, length, flags));
    },
    { ways: 1, steps: 1 },
  );
}

/**
 * The cost of a repeated character before something that cannot begin with it: of all the ways to share the text out only
 * the longest run can go on, though each is tried. Null when it is otherwise.
 */
function oneWay({ part, most }: Repeat, next: Node, length: number, flags: string): Cost | null {
  if (part.kind !== 'character') return null;
  const beginnings = beginningsOf(next, flags);
  if (beginnings === null) return null;
  const repeated = charactersOf(part.source, flags);
  const isSure = beginnings.every(
    ({ characters }) => characters === null || (most === Infinity && areApart(repeated, characters)),
  );
  const tries = beginnings.reduce((sum, { steps }) => sum + steps, 1);
  return isSure ? { ways: 1, steps: 1 + Math.min(most, length + 1) * (1 + tries) } : null;
}

const followedBy = (one: Cost, other: Cost): Cost => ({
  ways: one.ways * other.ways,
  steps: one.steps + one.ways * other.steps,
});

/** Ways and steps of all numbers of rounds together; an engine gives up on rounds that match nothing. */
function repeated({ part, least, most }: Repeat, length: number, flags: string): Cost {
  const rounds = Math.min(most, Math.max(least, length + 1));
  const { ways, steps } = cost(part, length, flags);
  if (ways === 1) return { ways: rounds - least + 1, steps: 1 + rounds * steps };
  let sum: Cost = { ways: least === 0 ? 1 : 0, steps: 1 };
  let power = 1;
  for (let round = 1; round <= rounds && Number.isFinite(sum.steps); round += 1) {
    sum = { ways: sum.ways, steps: sum.steps + power * steps };
    power *= ways;
    if (round >= least) sum = { ways: sum.ways + power, steps: sum.steps };
  }
  return sum;
}

/** Whether a pattern can match at the start of a text only, so that an engine has one place to try. */
function startsAtStart(node: Node): boolean {
  switch (node.kind) {
    case 'place':
      return node.at === '^';
    case 'sequence':
      return node.parts[0] !== undefined && startsAtStart(node.parts[0]);
    case 'choice':
      return node.options.every(startsAtStart);
    case 'repeat':
      return node.least > 0 && startsAtStart(node.part);
    default:
      return false;
  }
}
