import { acceptedIsThere } from './accepted-is-there';
import { accountingCloses } from './accounting-closes';
import { alertsAreAsExpected } from './alerts-are-as-expected';
import { contentIsUnchanged } from './content-is-unchanged';
import { eachIsWhereItBelongs } from './each-is-where-it-belongs';
import type { Invariant } from './invariant';
import { noAddressLeaks } from './no-address-leaks';
import { nothingElseIsThere } from './nothing-else-is-there';
import { nothingIsStuck } from './nothing-is-stuck';
import { onceAndInOnePlace } from './once-and-in-one-place';
import { orderIsWhatIsPromised } from './order-is-what-is-promised';

/** All invariants, in the order of the report. A new one is a file, its spec, and a line here. */
export const invariants: readonly Invariant[] = [
  acceptedIsThere,
  onceAndInOnePlace,
  nothingElseIsThere,
  contentIsUnchanged,
  eachIsWhereItBelongs,
  noAddressLeaks,
  orderIsWhatIsPromised,
  accountingCloses,
  nothingIsStuck,
  alertsAreAsExpected,
];
