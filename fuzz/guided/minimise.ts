/**
 * A shorter input that still does what the whole one does: chunks of it are left out, large ones first, as long as it
 * gets shorter and there is time.
 *
 * @param stillDoes asked of each candidate; not of the input itself
 */
export function minimise(
  input: Buffer,
  stillDoes: (candidate: Buffer) => boolean,
  hasTime: () => boolean,
): Buffer {
  let shortest = input;
  for (let size = 2 ** Math.floor(Math.log2(Math.max(1, input.length))); size >= 1;) {
    const before = shortest.length;
    for (let from = 0; from < shortest.length && hasTime();) {
      const candidate = Buffer.concat([shortest.subarray(0, from), shortest.subarray(from + size)]);
      if (stillDoes(candidate)) shortest = candidate;
      else from += size;
    }
    if (!hasTime()) return shortest;
    if (size > 1 || shortest.length === before) size = size === 1 ? 0 : size / 2;
  }
  return shortest;
}
