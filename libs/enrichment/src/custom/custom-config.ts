import { z } from 'zod';

/** Settings of the enrichments that an operator brings along. */
export const customConfig = {
  folder: z
    .string()
    .optional()
    .describe(
      'Folder with enrichments of your own, one in each .ts or .js file; they run after the built-in ones, in the order of their file names. It is read at start.',
    ),
  timeoutMs: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe(
      'How long all enrichments of the folder together may take over one event, milliseconds; then the event fails.',
    ),
  custom: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe('Settings of the enrichments of the folder, by name: {"weather": {"unit": "celsius"}}.'),
};
