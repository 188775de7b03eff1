import type { Contender } from '../contenders/contender';
import type { Entrant, Section } from '../report/model';
import type { Workbench } from '../workbench';

/** A section without what is the same for all stages of a run. */
export type Outcome = Omit<Section, 'taken' | 'stage'>;

/** Measures one stage: all its contenders, in all rounds. */
export type MeasureStage = (bench: Workbench, contenders: readonly Contender[]) => Promise<Outcome>;

export const entrantOf = ({ name, role, does }: Contender): Entrant => ({ name, role, does });
