import type { Verification } from '../world/load';

/** The invariant of alerts; nothing is asked of it where they may say what they like. */
const OF_ALERTS = 'I10';
/** The invariant that a reader during the run belongs to: it has something to add only where there was none. */
const OF_THE_READER = 'I3';
const LEFT_EARLY = 'the reader did not stay to the end';

/** Invariants that nobody can say of a run that they hold, each with the reason; also those that hold as far as was looked. */
export const unverifiedOf = (
  invariants: Verification['invariants'],
  looksLikeLoss: boolean,
): readonly string[] =>
  invariants
    .filter(
      ({ id, verdict, note }) =>
        verdict === 'unverified' ||
        (verdict === 'not checked' && !(id === OF_ALERTS && looksLikeLoss)) ||
        (verdict === 'holds' && note !== undefined && (id === OF_THE_READER || note.includes(LEFT_EARLY))),
    )
    .map(({ id, note }) => (note === undefined ? id : `${id} (${note})`));
