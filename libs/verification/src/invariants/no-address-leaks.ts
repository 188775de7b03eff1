import { finding, unseen, type Invariant } from './invariant';

export const noAddressLeaks: Invariant = {
  id: 'I6',
  name: 'no planted address or identifier is to be read anywhere',
  advice:
    'An address that a visitor could have had, or an identifier in the clear, stands where it must not. This is a breach of the privacy promise: stop, remove what is there, and report it.',
  check: (seen) => {
    const found = [seen.leaks, seen.records.leaks, seen.came.leaks];
    if (seen.leakScan.kind === 'seen') return finding(found, `scanned: ${seen.leakScan.value.join('; ')}`);
    return found.some(({ count }) => count > 0)
      ? finding(found, `the scan is not complete: ${seen.leakScan.why}`)
      : unseen(seen.leakScan);
  },
};
