import { setTimeout as sleep } from 'node:timers/promises';
import type { Command, Surroundings } from '../command';
import { runCheck } from './verify-check';
import { runLoad } from './verify-load';
import { checkOptions, loadOptions } from './verify-options';

export const run: Command = {
  name: 'run',
  does: 'load, then check',
  takes: [],
  options: { ...checkOptions, ...loadOptions },
  more: `What \`headwater verify load\` and \`headwater verify check\` do, one after the other; their helps explain them. Ctrl-C during the load
ends the load, and what was sent until then is checked; a second one ends it all, and the ledger can be checked later.`,
  run: async (_args, values, surroundings) => {
    // With --json the report is all that is printed.
    const quiet = { ...surroundings, out: () => undefined };
    const code = await runLoad(values, quiet);
    return code === 0 ? runCheck(values, afterLoad(surroundings)) : code;
  },
};

/** What was told to the load was told to it alone: a check that is stopped before it waits would find everything lost. */
export function afterLoad(surroundings: Surroundings): Surroundings {
  if (!surroundings.stop.aborted) return surroundings;
  surroundings.err(
    'The load was stopped; what was sent until then is checked. Ctrl-C again ends it without a verdict.\n',
  );
  return { ...surroundings, stop: new AbortController().signal, sleep: (ms) => sleep(ms) };
}
