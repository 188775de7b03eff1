import { parseArgs } from 'node:util';
import type { Campaign } from './attack';
import type { GuidedTarget } from './guided/guided-target';

/** What can be chosen from. */
export interface Choice {
  readonly campaigns: readonly Campaign[];
  readonly targets: readonly GuidedTarget[];
}

export const helpOf = ({ campaigns, targets }: Choice): string => `Usage: npm run fuzz -- [options]

Sends hostile requests to a sandbox, then searches for inputs that break the code itself, steered by what of it runs.

  --requests N     how many requests to send (100000)
  --seconds N      how long to search each target (8)
  --runs N         how many inputs to try each property with (10000); more than that only within 25 s of the processor
  --full           a million requests, half an hour a target, and a million inputs a property; each part is written to
                   fuzz/results.json and docs/reference/fuzz.md when it is done, and leaves the others there as they are
  --seed N         which requests and inputs: a finding names its seed (1)

  --hostile        only the requests
  --only NAME      only this campaign of them: ${namesOf(campaigns)}
  --guided         only the searches
  --target NAME    only this target of them: ${namesOf(targets)}
  --properties     only the properties of all specs, which \`npm test\` tries too; without --full they are left out otherwise
  --input BASE64   tries this input of --target, as a finding prints it, and says what it does
`;

const namesOf = (all: readonly { readonly name: string }[]): string => all.map(({ name }) => name).join(', ');

/** A part that is to be run. */
interface Part {
  /** Whole and in full size: what it finds is kept for the report. */
  readonly isKept: boolean;
}

export interface Options {
  readonly seed: number;
  /** Each null when it is left out. */
  readonly hostile: (Part & { readonly campaigns: readonly Campaign[]; readonly requests: number }) | null;
  readonly guided: (Part & { readonly targets: readonly GuidedTarget[]; readonly seconds: number }) | null;
  readonly properties: (Part & { readonly runs: number }) | null;
  /** To be tried in place of all parts. */
  readonly input: { readonly target: GuidedTarget; readonly bytes: Buffer } | null;
}

const QUICK = { requests: 100_000, seconds: 8, runs: 10_000 };
const FULL = { requests: 1_000_000, seconds: 1_800, runs: 1_000_000 };

/** What the command line asks for; null for help. @throws Error with a sentence that says what is wrong and what may be written */
export function readOptions(args: readonly string[], { campaigns, targets }: Choice): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: 'string' },
      seconds: { type: 'string' },
      full: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      hostile: { type: 'boolean', default: false },
      only: { type: 'string' },
      guided: { type: 'boolean', default: false },
      properties: { type: 'boolean', default: false },
      runs: { type: 'string' },
      target: { type: 'string' },
      input: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const { full, requests, seconds, runs, only, target, input } = values;
  const size = full ? FULL : QUICK;
  const isHostile = values.hostile || only !== undefined;
  const isGuided = values.guided || target !== undefined;
  const isAll = !isHostile && !isGuided && !values.properties;
  const isKept = (whole: string | undefined): boolean => full && whole === undefined;
  return {
    seed: numberIn('seed', values.seed),
    hostile:
      isHostile || isAll
        ? {
            campaigns: named('only', campaigns, only),
            requests: requests === undefined ? size.requests : numberIn('requests', requests),
            isKept: isKept(requests ?? only),
          }
        : null,
    guided:
      isGuided || isAll
        ? {
            targets: named('target', targets, target),
            seconds: seconds === undefined ? size.seconds : numberIn('seconds', seconds),
            isKept: isKept(seconds),
          }
        : null,
    properties:
      values.properties || (isAll && full)
        ? { runs: runs === undefined ? size.runs : numberIn('runs', runs), isKept: isKept(runs) }
        : null,
    input: input === undefined ? null : inputOf(input, targets, target),
  };
}

/** All of them, or the one of that name. */
function named<T extends { readonly name: string }>(
  option: string,
  all: readonly T[],
  name: string | undefined,
): readonly T[] {
  const chosen = all.filter((one) => name === undefined || one.name === name);
  if (chosen.length === 0)
    throw new Error(`--${option} "${String(name)}" is not there. Write one of: ${namesOf(all)}.`);
  return chosen;
}

function numberIn(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--${option} "${text}" is no number. Write a whole number from 1 on.`);
  return number;
}

function inputOf(
  base64: string,
  targets: readonly GuidedTarget[],
  name: string | undefined,
): NonNullable<Options['input']> {
  const [target] = name === undefined ? [] : named('target', targets, name);
  if (target === undefined) throw new Error('--input is an input of a target. Write --target NAME too.');
  return { target, bytes: Buffer.from(base64, 'base64') };
}
