import { finding, unseen, type Invariant } from './invariant';

export const contentIsUnchanged: Invariant = {
  id: 'I4',
  name: 'content is what was sent, byte for byte',
  advice:
    'A stored event differs from the one that was sent. Compare the row with the parameters in the ledger: `headwater verify check` names the columns of the first few.',
  check: (seen) => (seen.tables.kind === 'seen' ? finding([seen.rows.corrupt]) : unseen(seen.tables)),
};
