import type { Command } from '../command';
import { runCheck } from './verify-check';
import { runLoad } from './verify-load';
import { checkOptions, loadOptions } from './verify-options';

export const run: Command = {
  name: 'run',
  does: 'load, then check',
  takes: [],
  options: { ...checkOptions, ...loadOptions },
  more: 'What `headwater verify load` and `headwater verify check` do, one after the other; their helps explain them.',
  run: async (_args, values, surroundings) => {
    // With --json the report is all that is printed.
    const quiet = { ...surroundings, out: () => undefined };
    const code = await runLoad(values, quiet);
    return code === 0 ? runCheck(values, surroundings) : code;
  },
};
