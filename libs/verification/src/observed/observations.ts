import type { Facts } from '../ledger/facts';
import type { Leak } from '../leaks/leaks';
import { notLooked, type Look } from './look';
import { SeenInput, SeenRecords } from './records';
import { SeenRows } from './rows';
import { Tally } from './tally';

/** What one stage says that it did with the app's events. */
export interface StageTotals {
  readonly stage: string;
  readonly unit: string;
  readonly in: number;
  readonly out: number;
  readonly failed: number;
  readonly dropped: number;
  readonly unaccounted: number;
  /** Null where the stage before says nothing. */
  readonly missing: number | null;
  /** The same two, as sums of what each minute is off by: what is too much in one does not hide what is too little in another. */
  readonly openByMinute: number;
  readonly missingByMinute: number;
}

export interface LagOfPartition {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** Records that were there when the check began, and still are not done. */
  readonly left: number;
}

export interface AlertSeen {
  readonly check: string;
  readonly appId: string;
  readonly state: string;
  readonly at: number;
  readonly summary: string;
}

/** All that was seen of a run. What is looked at anew, after an outage, replaces what was seen before. */
export class Observations {
  rows: SeenRows;
  records: SeenRecords;
  /** What came into the validator. Apart, as it is looked at apart: a look that fails half-way leaves nothing behind. */
  came: SeenInput;
  /** Canaries outside of topics. */
  leaks = new Tally();

  tables: Look<true> = notLooked('nobody looked');
  topics: Look<true> = notLooked('nobody looked');
  /** The input of the validator, which not everybody may read. */
  input: Look<true> = notLooked('nobody looked');
  /** What was scanned for canaries, in words. */
  leakScan: Look<readonly string[]> = notLooked('nobody looked');
  accounting: Look<readonly StageTotals[]> = notLooked('nobody looked');
  lag: Look<readonly LagOfPartition[]> = notLooked('nobody looked');
  alerts: Look<readonly AlertSeen[]> = notLooked('nobody looked');
  /** How long it took until the stages had caught up. */
  settledSeconds = 0;

  constructor(readonly facts: Facts) {
    this.rows = new SeenRows(facts);
    this.records = new SeenRecords(facts);
    this.came = new SeenInput(facts);
  }

  /** A canary that was found outside of topics. */
  leak({ where, encoding, found }: Leak): void {
    this.leaks.add(() => `${where}: ${found} (${encoding})`);
  }
}
