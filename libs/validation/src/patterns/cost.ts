import type { Node } from './parse';

/** An upper bound of what a backtracking engine does with a text. */
interface Cost {
  /** Ways to match from one place. */
  readonly ways: number;
  /** Steps to try them all. */
  readonly steps: number;
}

/**
 * Most steps that a backtracking engine can need to find out that a pattern does not match a text of some length. Counts
 * every way in which the parts can share the text out, whether or not a text exists that needs them all: never too low,
 * often far too high.
 */
export function mostSteps(pattern: Node, length: number): number {
  const { steps } = cost(pattern, length);
  return startsAtStart(pattern) ? steps + length : steps * (length + 1);
}

function cost(node: Node, length: number): Cost {
  switch (node.kind) {
    case 'character':
    case 'place':
      return { ways: 1, steps: 1 };
    case 'reference':
      return { ways: 1, steps: length + 1 };
    case 'look':
      return { ways: 1, steps: cost(node.part, length).steps + 1 };
    case 'sequence':
      return node.parts.reduce<Cost>((sum, part) => followedBy(sum, cost(part, length)), {
        ways: 1,
        steps: 1,
      });
    case 'choice':
      return node.options
        .map((option) => cost(option, length))
        .reduce((sum, each) => ({ ways: sum.ways + each.ways, steps: sum.steps + each.steps }));
    case 'repeat':
      return repeated(node, length);
  }
}

const followedBy = (one: Cost, other: Cost): Cost => ({
  ways: one.ways * other.ways,
  steps: one.steps + one.ways * other.steps,
});

/** Ways and steps of all numbers of rounds together; an engine gives up on rounds that match nothing. */
function repeated({ part, least, most }: Extract<Node, { kind: 'repeat' }>, length: number): Cost {
  const rounds = Math.min(most, Math.max(least, length + 1));
  const { ways, steps } = cost(part, length);
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
