import { z } from 'zod';
import { countObservation } from './count-observation';
import { defineCheck } from './check';

/**
 * Counts against the learned half-hour-of-week baseline: falls and rises. The evidence is gathered by the shared
 * baselines (`CountWatches`), once for this check and for `freshness`, which speaks of total silence.
 */
export const volume = defineCheck({
  name: 'volume',
  summary: 'An app or an event sends much less or much more than is usual for this half hour of the week.',
  config: z.object({}),
  create: (_settings, { counts, windowMs, rebaselineMs }) => ({
    onWindow: ({ stage }) =>
      Array.from(counts.after(stage), (watched) =>
        countObservation(watched, { kind: 'changed', aspect: 'count', windowMs, rebaselineMs }),
      ),
  }),
});
