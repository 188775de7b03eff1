import type { Surroundings } from '../command';

/** Surroundings of a command whose output can be looked at. */
export function captured(known: Partial<Surroundings> = {}): {
  readonly surroundings: Surroundings;
  readonly printed: () => { readonly out: string; readonly err: string };
} {
  let [out, err] = ['', ''];
  return {
    surroundings: {
      env: {},
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      stop: new AbortController().signal,
      now: Date.now,
      sleep: () => Promise.resolve(),
      operator: 'jane@test',
      ...known,
    },
    printed: () => ({ out, err }),
  };
}
