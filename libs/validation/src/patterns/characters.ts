import type { Node } from './parse';

/** Which characters a class, an escape or a letter stands for, as far as it takes to tell two of them apart. */
export interface Characters {
  readonly ascii: readonly boolean[];
  /** Whether it may stand for characters beyond ASCII. */
  readonly others: boolean;
}

const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
/** What can only stand for ASCII: no negation, no `.`, no escape but the plain ones. */
const ASCII_ONLY = /^(?!\[\^)(?:\\[dwtnrfv0.*+?^$()[\]{}|/\\-]|[\u0020-\u005b\u005d-\u007e])+$/;

const known = new Map<string, Characters>();
const MAX_KNOWN = 500;

export function charactersOf(source: string, flags: string): Characters {
  const name = `${flags}/${source}`;
  const before = known.get(name);
  if (before) return before;
  const expression = new RegExp(`^(?:${source})$`, flags);
  const characters = {
    ascii: ASCII.map((character) => expression.test(character)),
    others: source === '.' || flags.includes('i') || !ASCII_ONLY.test(source),
  };
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(name, characters);
  return characters;
}

/** Whether no character can be both. */
export const areApart = (one: Characters, other: Characters): boolean =>
  !(one.others && other.others) && !one.ascii.some((is, code) => is && other.ascii[code] === true);

/** What a part of a pattern must begin with. */
export interface Beginning {
  /** Null: with the end of the text. */
  readonly characters: Characters | null;
  /** Steps to find out that it does not. */
  readonly steps: number;
}

/** How a part begins, in each of its ways; null when it can be empty or begins with something else. */
export function beginningsOf(node: Node, flags: string): readonly Beginning[] | null {
  switch (node.kind) {
    case 'character':
      return [{ characters: charactersOf(node.source, flags), steps: 1 }];
    case 'place':
      return node.at === '$' && !flags.includes('m') ? [{ characters: null, steps: 1 }] : null;
    case 'sequence':
      return node.parts[0] === undefined ? null : beginningsOf(node.parts[0], flags);
    case 'choice': {
      const all = node.options.map((option) => beginningsOf(option, flags));
      return all.every((each) => each !== null) ? all.flat() : null;
    }
    case 'repeat':
      return node.least > 0 ? beginningsOf(node.part, flags) : null;
    default:
      return null;
  }
}
