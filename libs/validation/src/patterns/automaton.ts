import type { Meter } from './meter';
import type { Node, Place } from './parse';

/** Most states of an automaton: each character of a text may have to be held against all of them. */
export const MAX_STATES = 2_000;
const ASCII = 128;
const MAX_REMEMBERED = 4_096;

type State =
  | { readonly kind: 'character'; readonly test: CharacterTest; next: number }
  | { readonly kind: 'place'; readonly at: Place; next: number }
  | { readonly kind: 'fork'; next: number; other: number }
  | { readonly kind: 'end' };

/**
 * Matches a pattern in time proportional to the length of the text: all ways are followed at once, one character at a
 * time (K. Thompson, Regular Expression Search Algorithm, CACM 11:6, 1968). What one character means is asked of the
 * JavaScript engine itself, so both agree on every class, escape and flag.
 */
export interface Automaton {
  /** Whether the pattern matches anywhere in the text; every step is charged. */
  test(text: string, meter: Meter): boolean;
}

/** Null when the pattern looks around or refers back, which no automaton can, or needs more than {@link MAX_STATES}. */
export function automatonOf(pattern: Node, flags: string): Automaton | null {
  const tests = new Map<string, CharacterTest>();
  const states: State[] = [{ kind: 'end' }];
  const add = (state: State): number => states.push(state) - 1;
  const testOf = (source: string): CharacterTest => {
    const test = tests.get(source) ?? new CharacterTest(source, flags);
    tests.set(source, test);
    return test;
  };

  /** Builds from the end: what comes next is known. Null when it cannot be built. */
  const build = (node: Node, next: number): number | null => {
    if (states.length > MAX_STATES) return null;
    switch (node.kind) {
      case 'character':
        return add({ kind: 'character', test: testOf(node.source), next });
      case 'place':
        return add({ kind: 'place', at: node.at, next });
      case 'sequence':
        return node.parts.reduceRight<number | null>(
          (after, part) => (after === null ? null : build(part, after)),
          next,
        );
      case 'choice':
        return node.options
          .map((option) => build(option, next))
          .reduce((one, other) =>
            one === null || other === null ? null : add({ kind: 'fork', next: one, other }),
          );
      case 'repeat':
        return repeat(node, next);
      default:
        return null;
    }
  };

  const repeat = ({ part, least, most }: Extract<Node, { kind: 'repeat' }>, next: number): number | null => {
    if (least > MAX_STATES || (most > MAX_STATES && most !== Infinity)) return null;
    let first: number | null = next;
    if (most === Infinity) {
      const loop: Extract<State, { kind: 'fork' }> = { kind: 'fork', next, other: next };
      first = add(loop);
      const round = build(part, first);
      if (round === null) return null;
      loop.other = round;
    } else
      for (let round = least; round < most && first !== null; round += 1) {
        const taken = build(part, first);
        first = taken === null ? null : add({ kind: 'fork', next, other: taken });
      }
    for (let round = 0; round < least && first !== null; round += 1) first = build(part, first);
    return first;
  };

  const start = build(pattern, 0);
  return start === null ? null : new Simulation(states, start, testOf('\\w'), flags.includes('u'));
}

const END = 0;
const CHARACTER = 1;
const FORK = 2;
const PLACE = 3;
const MAX_ROUND = 2 ** 32 - 2;

/** Follows all ways through the states at once. Everything it needs is made once, in flat arrays: this runs for every character. */
class Simulation implements Automaton {
  private readonly kinds: Uint8Array;
  private readonly nexts: Int32Array;
  private readonly others: Int32Array;
  private readonly tests: readonly (CharacterTest | null)[];
  private readonly places: readonly (Place | null)[];
  /** The round in which a state was last reached. */
  private readonly seen: Uint32Array;
  private readonly stack: Int32Array;
  private readonly reached: Int32Array;
  private reachedCount = 0;
  private round = 0;
  private text = '';
  private at = 0;

  constructor(
    states: readonly State[],
    private readonly start: number,
    private readonly isWord: CharacterTest,
    private readonly unicode: boolean,
  ) {
    const kindOf = { end: END, character: CHARACTER, fork: FORK, place: PLACE } as const;
    this.kinds = Uint8Array.from(states, ({ kind }) => kindOf[kind]);
    this.nexts = Int32Array.from(states, (state) => (state.kind === 'end' ? 0 : state.next));
    this.others = Int32Array.from(states, (state) => (state.kind === 'fork' ? state.other : 0));
    this.tests = states.map((state) => (state.kind === 'character' ? state.test : null));
    this.places = states.map((state) => (state.kind === 'place' ? state.at : null));
    this.seen = new Uint32Array(states.length);
    // A state is put there at most twice a round: by its own fork, and by another.
    this.stack = new Int32Array(2 * states.length + 2);
    this.reached = new Int32Array(states.length);
  }

  test(text: string, meter: Meter): boolean {
    this.text = text;
    this.at = 0;
    const current = new Int32Array(this.kinds.length);
    let currentCount = 0;
    for (;;) {
      this.beginRound();
      for (let index = 0; index < currentCount; index += 1) if (this.follow(current[index] ?? 0)) return true;
      if (this.follow(this.start)) return true;
      meter.spend(this.reachedCount + 4);
      if (this.at >= text.length) return false;

      const unit = (this.unicode ? text.codePointAt(this.at) : text.charCodeAt(this.at)) ?? 0;
      const from = this.reached;
      currentCount = 0;
      for (let index = 0; index < this.reachedCount; index += 1) {
        const state = from[index] ?? 0;
        if (this.tests[state]?.holds(unit) === true) {
          current[currentCount] = this.nexts[state] ?? 0;
          currentCount += 1;
        }
      }
      this.at += unit > 0xffff ? 2 : 1;
    }
  }

  private beginRound(): void {
    this.reachedCount = 0;
    this.round += 1;
    if (this.round < MAX_ROUND) return;
    this.seen.fill(0);
    this.round = 1;
  }

  /** Notes the states that wait for a character; true when the end is among what is reached. */
  private follow(from: number): boolean {
    const { kinds, nexts, others, seen, stack, reached, round } = this;
    let height = 1;
    stack[0] = from;
    while (height > 0) {
      height -= 1;
      const state = stack[height] ?? 0;
      if (seen[state] === round) continue;
      seen[state] = round;
      switch (kinds[state]) {
        case END:
          return true;
        case CHARACTER:
          reached[this.reachedCount] = state;
          this.reachedCount += 1;
          break;
        case FORK:
          stack[height] = others[state] ?? 0;
          stack[height + 1] = nexts[state] ?? 0;
          height += 2;
          break;
        default:
          if (this.isAt(this.places[state] ?? '^')) {
            stack[height] = nexts[state] ?? 0;
            height += 1;
          }
      }
    }
    return false;
  }

  private isAt(place: Place): boolean {
    const { text, at, isWord } = this;
    if (place === '^') return at === 0;
    if (place === '$') return at === text.length;
    const before = at > 0 && isWord.holds(text.charCodeAt(at - 1));
    const after = at < text.length && isWord.holds(text.charCodeAt(at));
    return (before !== after) === (place === '\\b');
  }
}

/** Whether a character is one that a class, an escape or a letter of a pattern stands for; answers are remembered. */
class CharacterTest {
  private readonly expression: RegExp;
  /** 0 not asked yet, 1 no, 2 yes. */
  private readonly ascii = new Uint8Array(ASCII);
  private readonly others = new Map<number, boolean>();

  constructor(source: string, flags: string) {
    this.expression = new RegExp(`^(?:${source})$`, flags);
  }

  holds(unit: number): boolean {
    if (unit < ASCII) {
      const known = this.ascii[unit];
      if (known !== 0) return known === 2;
      const answer = this.ask(unit);
      this.ascii[unit] = answer ? 2 : 1;
      return answer;
    }
    const known = this.others.get(unit);
    if (known !== undefined) return known;
    const answer = this.ask(unit);
    if (this.others.size < MAX_REMEMBERED) this.others.set(unit, answer);
    return answer;
  }

  private ask(unit: number): boolean {
    return this.expression.test(String.fromCodePoint(unit));
  }
}
