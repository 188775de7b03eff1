import type { Command, Group } from '../command';
import { doctor } from './doctor';
import { exportFailed } from './export';
import { fix } from './fix';
import { list } from './list';
import { problems } from './problems';
import { replay } from './replay';
import { runs } from './runs';
import { show } from './show';
import { verifyCommands } from './verify';

/** What can be done with failed events. A command is one file and one line here. */
const failedCommands: readonly Command[] = [problems, list, show, fix, replay, runs, exportFailed];

/** Everything that `headwater` can do: groups of commands, and commands that stand alone. One line each. */
export const commands: readonly (Group | Command)[] = [
  { name: 'failed', commands: failedCommands },
  doctor,
  { name: 'verify', commands: verifyCommands },
];
