import { parse } from 'yaml';
import steps from './uap-core-cases.json';

/** The files of uap-core, by the name without its ending. */
export const uapFiles = Object.keys(steps) as readonly (keyof typeof steps)[];

/**
 * The cases of a file of uap-core that the measurement is made of, of 18,213 in all: uap-core-cases.json says how many cases to go
 * on from one to the next.
 *
 * @param yaml the file as it is published
 */
export function chosenCases(file: keyof typeof steps, yaml: string): readonly unknown[] {
  const { test_cases: cases } = parse(yaml) as { readonly test_cases: readonly unknown[] };
  let at = -1;
  return steps[file].map((step) => {
    at += step;
    if (at >= cases.length)
      throw new Error(
        `${file}.yaml of uap-core has ${String(cases.length)} cases, and case ${String(at + 1)} is wanted. Take the commit that tools/corpora/corpora.ts names.`,
      );
    return cases[at];
  });
}
