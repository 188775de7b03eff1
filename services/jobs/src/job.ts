import type { Logger } from '@headwater/service-kit';
import type { z } from 'zod';

/** A task that prepares an installation. It may be run again at any time, and two at once do no harm. */
export interface Job<S extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  /** What it does, in a few words. */
  readonly does: string;
  readonly config: S;
  readonly run: (config: z.infer<S>, context: JobContext) => Promise<void>;
}

export interface JobContext {
  readonly log: Logger;
  /** Only say what would be done. */
  readonly dryRun: boolean;
  /** Writes to standard output what is meant for a person or another program. */
  readonly print: (text: string) => void;
}

/** Lets a job be put into a list with others of another configuration: `run` is only ever given what `config` has read. */
export const defineJob = <S extends z.ZodObject>(job: Job<S>): Job => job;
