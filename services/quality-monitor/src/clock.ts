/** The time the monitor lives in: real time, unless a rehearsal shifts it or makes it run faster. */
export interface Clock {
  now(): number;
  /** What this clock showed at a real time, e.g. that of a record. */
  at(realTime: number): number;
}

export function clockOf(
  { offsetSeconds, speed }: { readonly offsetSeconds: number; readonly speed: number },
  realNow: () => number = Date.now,
): Clock {
  const start = realNow();
  const at = (realTime: number): number =>
    realTime <= start
      ? realTime + offsetSeconds * 1000
      : start + offsetSeconds * 1000 + (realTime - start) * speed;
  return { now: () => at(realNow()), at };
}
