/** fast-check's own default. */
const USUAL = 100;
/** No property is given up before it was tried so often: specs that count what they met need some thousands. */
export const LEAST_RUNS = 10_000;
/** Then it is given so much of the processor in all, milliseconds: others may share the machine. */
export const MOST_CPU_MS = 25_000;
/** Runs that `--properties` asks for, for each time that a dear property is tried as often as usual. */
const RUNS_A_TIME = 1_000;

/**
 * fast-check's `numRuns` of a property that is usually tried so often.
 *
 * One that asks for no more than fast-check's default is dear, or counts its runs: it is tried so many times as often, and
 * never given up. Any other is tried as often as all are.
 *
 * @param asked runs of a property that `npm run fuzz -- --properties` asks for; null in all other runs
 */
export function runsOf(usual: number, asked: number | null): number {
  if (asked === null) return usual;
  if (usual > USUAL) return Math.max(usual, asked);
  return usual * Math.min(Math.ceil(asked / RUNS_A_TIME), LEAST_RUNS / USUAL);
}

const ASKED = process.env['PROPERTY_RUNS'];

/** The same, in this process. */
export const scaledRuns = (usual: number): number =>
  runsOf(usual, ASKED === undefined ? null : Number(ASKED));
