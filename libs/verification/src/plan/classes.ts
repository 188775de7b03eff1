import { Dice } from './dice';
import { eventClasses, type EventClass, type Plan } from './plan';

/** What an event is, and which event it is a copy or a rival of. */
export interface Role {
  readonly class: EventClass;
  /** The event that it takes id (and, as a copy, content) from; its own number otherwise. */
  readonly original: number;
}

/** A copy comes so many events later at least: more than a payload holds, so that it is in another one. */
export const LEAST_DISTANCE = 32;
const DISTANCES = 200;
/** How far is searched for an event that can be copied, once the distance is drawn. */
const SEARCHED = 64;

/** The class that the dice say, before it is known whether there is an event to copy. */
function drawn({ seed, shares }: Plan, seq: number): EventClass {
  let left = new Dice(seed, seq).share(0);
  for (const name of eventClasses) {
    if (name === 'valid') continue;
    left -= shares[name];
    if (left < 0) return name;
  }
  return 'valid';
}

/**
 * What event number `seq` is. Copies are made of valid and schema-bad events, which the validator must recognise; rivals
 * of valid ones. Where there is none to copy, as at the beginning, the event is valid.
 */
export function roleOf(plan: Plan, seq: number): Role {
  const own = drawn(plan, seq);
  if (own !== 'client-dup' && own !== 'conflict-dup') return { class: own, original: seq };
  const start = seq - LEAST_DISTANCE - new Dice(plan.seed, seq).below(DISTANCES, 2);
  for (let candidate = start; candidate >= 0 && candidate > start - SEARCHED; candidate -= 1) {
    const other = drawn(plan, candidate);
    if (other === 'valid' || (own === 'client-dup' && other === 'schema-bad'))
      return { class: own, original: candidate };
  }
  return { class: 'valid', original: seq };
}
