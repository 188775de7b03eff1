/**
 * The highest of some rising rates that holds, from a guess on: upwards while they hold, else downwards until one does.
 * Null when none does.
 */
export async function climb(
  rates: readonly number[],
  guess: number,
  holds: (rate: number) => Promise<boolean>,
): Promise<number | null> {
  let at = Math.max(0, rates.indexOf(guess));
  const heldFirst = await holds(rates[at] ?? guess);
  if (!heldFirst) {
    for (at -= 1; at >= 0; at -= 1) if (await holds(rates[at] ?? 0)) return rates[at] ?? null;
    return null;
  }
  while (at + 1 < rates.length && (await holds(rates[at + 1] ?? 0))) at += 1;
  return rates[at] ?? null;
}
