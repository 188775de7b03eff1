import type { Random } from '@headwater/testing';
import type { Verification } from './world/load';
import type { World, WorldKind } from './world/world';

/** What a scenario has at hand while it breaks something. */
export interface Scene {
  readonly world: World;
  /** The only source of chance: the same seed breaks the same things. */
  readonly random: Random;
  /** In the quick tier nothing may take long. */
  readonly isQuick: boolean;
  /** Keeps a finding that does not depend on the ledger: in the report, and a failure when it does not hold. */
  readonly expect: (what: string, holds: boolean, saw?: string) => void;
  /** Keeps a figure or a remark for the report. */
  readonly note: (text: string) => void;
  readonly tell: (line: string) => void;
}

/** A row of the fault matrix, or a part of one: something that breaks, as often as wanted. */
export interface Scenario {
  readonly name: string;
  /** Row of the matrix, in the order of docs/reference/faults.md. */
  readonly row: number;
  /** What breaks, and how, for a reader of the report. */
  readonly title: string;
  readonly world: WorldKind;
  /** In the quick tier too: faults of its one run. */
  readonly quick?: number;
  /** Faults of the full tier, over several runs of at most `atOnce`. */
  readonly full: number;
  /** Faults in one run, that is, under one ledger. Default 15. */
  readonly atOnce?: number;
  /** Longest time until all that was accepted before the end of a fault is through, seconds; by the number of the fault. */
  readonly recoverSeconds?: number | ((index: number) => number);
  /** ClickHouse merges parts meanwhile, as it does in production: the ledger then counts no copy that was merged away. */
  readonly merging?: boolean;
  /** Alert rules that must page somebody during a run. */
  readonly pages?: readonly string[];
  /** Alert rules that are right to page somebody, where a run lasts long enough. */
  readonly mayPage?: readonly string[];
  /** Checks of the quality monitor that must raise an alert during a run. */
  readonly alerts?: readonly string[];
  /** While it lasts, events are lost for all that anybody can see: those who watch for that may say so. */
  readonly looksLikeLoss?: boolean;
  /** Nothing is broken: such a run counts no fault, and nobody may be told anything. */
  readonly quiet?: boolean;
  /** Says what stands in for the real thing, where it is not the real thing that broke. */
  readonly simulated?: string;
  /** How it differs from its row of the matrix, and why, where it does. */
  readonly differs?: string;
  /** Services may answer by ending, and are started again, as Kubernetes does. In all others none may end by itself. */
  readonly supervised?: boolean;
  /** Done before the load of a run begins, and undone by what it answers after the load has ended. */
  readonly prepare?: (scene: Scene) => Promise<() => Promise<void>>;
  /** One fault, from its beginning to its end. */
  readonly inject: (scene: Scene, index: number) => Promise<void>;
  /** What must hold of a run beyond the invariants. */
  readonly judge?: (scene: Scene, verification: Verification) => Promise<void>;
}

const RECOVER_SECONDS = 60;

/** Longest time until the pipeline is over a fault, seconds. */
export const secondsToRecover = ({ recoverSeconds = RECOVER_SECONDS }: Scenario, index: number): number =>
  typeof recoverSeconds === 'number' ? recoverSeconds : recoverSeconds(index);

/** Lets a scenario be one entry of a list. */
export const scenario = (definition: Scenario): Scenario => definition;
