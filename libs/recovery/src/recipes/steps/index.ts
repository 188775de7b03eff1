import { cast } from './cast';
import { remove } from './remove';
import { rename } from './rename';
import { replace } from './replace';
import { schema } from './schema';
import { set } from './set';
import type { StepKind } from './step';

/** The kinds of steps. One is one file and one line here. */
export const stepKinds: readonly StepKind[] = [set, remove, rename, cast, replace, schema];
