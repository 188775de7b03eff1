import type { Progress } from './search';

/** What the process that searches tells the one that watches it. */
export type Message =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | {
      readonly kind: 'finding';
      readonly problem: string;
      readonly detail: string;
      /** Base64. */
      readonly input: string;
    }
  | { readonly kind: 'done'; readonly progress: Progress };

/** What it is told in its arguments. */
export interface Order {
  readonly target: string;
  readonly seconds: number;
  readonly seed: number;
  /** File that always holds the input that is being tried: all that is left of a process that an input ended. */
  readonly inputFile: string;
}
