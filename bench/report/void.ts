/** What was promised and what was found. */
export interface Delivery {
  /** Units sent, or put into the input. */
  readonly sent: number;
  /** Of them promised by a 2xx, or read and committed. */
  readonly accepted: number;
  /** Found at the end, copies included; null when this contender keeps nothing. */
  readonly delivered: number | null;
  /** Different ones among them; null where they cannot be told apart. */
  readonly distinct: number | null;
}

/** Most of what was sent that may be refused or unanswered: beyond it, the cost of a unit is the cost of something else. */
const MAY_BE_REFUSED = 0.01;

/**
 * Why a figure does not count: something promised is not there, something is there twice, or too little was promised at all.
 * Null when it counts.
 */
export function voidReason({ sent, accepted, delivered, distinct }: Delivery): string | null {
  if (accepted === 0) return 'nothing was accepted';
  const refused = sent - accepted;
  if (refused > sent * MAY_BE_REFUSED) return `${refused} of ${sent} were refused or not answered`;
  if (delivered === null) return null;
  if (delivered < accepted) return `${accepted - delivered} of ${accepted} accepted are missing`;
  // What was refused may have arrived all the same.
  if (delivered > sent) return `${delivered - sent} more arrived than were sent`;
  if (distinct !== null && distinct < delivered) return `${delivered - distinct} arrived twice`;
  return null;
}
