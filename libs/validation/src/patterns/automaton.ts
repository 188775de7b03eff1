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
  readonly test: (text: string, meter: Meter) => boolean;
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
  if (start === null) return null;
  const step = flags.includes('u') ? codePoint : codeUnit;
  const isWord = testOf('\\w');

  return {
    test: (text, meter) => {
      const seen = new Uint32Array(states.length);
      let current: number[] = [];
      const stack: number[] = [];
      for (let at = 0, round = 1; ; round += 1) {
        const follow = (from: number, into: number[]): boolean => {
          stack.push(from);
          for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
            if (seen[id] === round) continue;
            seen[id] = round;
            const state = states[id];
            if (state?.kind === 'end') return true;
            if (state?.kind === 'fork') stack.push(state.next, state.other);
            else if (state?.kind === 'character') into.push(id);
            else if (state && holds(state.at, text, at, isWord)) stack.push(state.next);
          }
          return false;
        };
        const reached: number[] = [];
        const unit = at < text.length ? step(text, at) : -1;
        // `current` holds the states after the character before; following them and starting anew share `seen`.
        for (const id of current) if (follow(id, reached)) return true;
        if (follow(start, reached)) return true;
        meter.spend(reached.length + 4);
        if (unit === -1) return false;
        current = [];
        for (const id of reached) {
          const state = states[id];
          if (state?.kind === 'character' && state.test.holds(unit)) current.push(state.next);
        }
        at += unit > 0xffff ? 2 : 1;
      }
    },
  };
}

const codeUnit = (text: string, at: number): number => text.charCodeAt(at);
const codePoint = (text: string, at: number): number => text.codePointAt(at) ?? -1;

function holds(place: Place, text: string, at: number, isWord: CharacterTest): boolean {
  if (place === '^') return at === 0;
  if (place === '$') return at === text.length;
  const before = at > 0 && isWord.holds(text.charCodeAt(at - 1));
  const after = at < text.length && isWord.holds(text.charCodeAt(at));
  return (before !== after) === (place === '\\b');
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
