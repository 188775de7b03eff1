import { atomicLengths } from './atomic-lengths';
import { atomicTypes } from './atomic-types';
import { contextSchemas } from './context-schemas';
import type { Rule } from './rule';
import { unstructSchema } from './unstruct-schema';

/** All rules, in the order in which their failures are reported. A new rule is a file, its spec, and a line here. */
export const rules: readonly Rule[] = [unstructSchema, contextSchemas, atomicLengths, atomicTypes];
