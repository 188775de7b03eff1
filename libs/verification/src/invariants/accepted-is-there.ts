import type { Observations } from '../observed/observations';
import { Tally } from '../observed/tally';
import { finding, ifSettled, unseen, type Invariant } from './invariant';

export const acceptedIsThere: Invariant = {
  id: 'I1',
  name: 'what was accepted is there',
  advice:
    'An event that got a 200 is in no table. The example says how far it came; look at the log of the stage after that, and at the alerts for a gap.',
  check: (seen) => {
    if (seen.tables.kind !== 'seen') return unseen(seen.tables);
    const { viewGaps } = seen.rows;
    const found = finding([lostEvents(seen), viewGaps]);
    // What the view does not show is in the table below it already.
    return viewGaps.count > 0 ? found : ifSettled(found, seen.lag);
  },
};

/** Accepted events that are in no table. */
export function lostEvents(seen: Observations): Tally {
  const { facts } = seen;
  const { rows, dead } = seen.rows;
  const lost = new Tally();
  for (const content of facts.contents())
    if (facts.wasAccepted(content) && rows[content] === 0 && dead[content] === 0)
      lost.add(() => `event ${String(content)} (${facts.classOf(content)}): ${howFar(seen, content)}`);
  return lost;
}

function howFar({ topics, records }: Observations, content: number): string {
  if (topics.kind !== 'seen') return 'accepted, and in no table';
  if ((records.validCopies[content] ?? 0) > 0)
    return 'in valid-events, and not in the table: the loader lost it';
  if ((records.failedCopies[content] ?? 0) > 0)
    return 'in failed-events, and not in the table: the loader lost it';
  return 'accepted, and neither in valid-events nor in failed-events: lost before the loader';
}
