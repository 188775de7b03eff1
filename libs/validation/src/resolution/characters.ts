/**
 * Number of characters of a text as JSON Schema counts them: Unicode code points. Never more than its `length`, so who
 * compares it with a limit compares that first.
 */
export function characters(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const isPair = (text.codePointAt(at) ?? 0) > 0xffff;
    if (isPair) at += 1;
    count += 1;
  }
  return count;
}
