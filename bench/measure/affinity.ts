/** The processors in what `taskset -cp <pid>` prints: `pid 7's current affinity list: 0,2-4`. */
export function parseAffinity(text: string): readonly number[] {
  const list = /list: ([\d,-]+)\s*$/.exec(text)?.[1] ?? '';
  return list.split(',').flatMap((part) => {
    const [from, to] = part.split('-').map(Number);
    if (part === '' || from === undefined) return [];
    return Array.from({ length: (to ?? from) - from + 1 }, (_none, index) => from + index);
  });
}
