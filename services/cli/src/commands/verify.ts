import type { Command } from '../command';
import { check } from './verify-check';
import { load } from './verify-load';
import { run } from './verify-run';

/** Proving that an installation keeps its promises. */
export const verifyCommands: readonly Command[] = [load, check, run];
