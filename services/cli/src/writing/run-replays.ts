import type { Replay } from '@headwater/contracts';
import { repair, replayOf, type MarkedPlacesOf, type Recipe } from '@headwater/recovery';
import type { StatusRow } from '../reading/failed-event-row';
import { cursorOf, type Cursor } from '../reading/failed-events';
import type { ReplayRun } from './replay-runs';

/** Failed events that are read at once: each reading looks at all that match, so there should be few. */
const READ_AT_ONCE = 5_000;
/** Most replays that are sent, and recorded, at once. */
const SENT_AT_ONCE = 500;

export interface RunParts {
  /** The failed events of the run after a cursor, in order. */
  readonly page: (after: Cursor | null, limit: number) => Promise<readonly StatusRow[]>;
  readonly recipe: Recipe | null;
  readonly markedPlacesOf: MarkedPlacesOf;
  /** Resolves once all are acknowledged. */
  readonly send: (replays: readonly Replay[]) => Promise<void>;
  readonly record: (run: ReplayRun) => Promise<void>;
  readonly onProgress: (run: ReplayRun) => void;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly stop: AbortSignal;
}

/** Why an event is not sent again. */
export const NOT_FOR_IT = 'The recipe is not for it.';

/** A failed event as it goes on its way again, or why it does not. */
export type Prepared =
  | { readonly kind: 'replay'; readonly replay: Replay }
  | { readonly kind: 'refused'; readonly reason: string };

/** Repairs one failed event, unless something stands for it already. */
export function prepareReplay(
  { event, resolution }: StatusRow,
  {
    recipe,
    markedPlacesOf,
    runId,
    replayedAt,
  }: Pick<RunParts, 'recipe' | 'markedPlacesOf'> & { readonly runId: string; readonly replayedAt: number },
): Prepared {
  const repaired = repair(event, recipe, markedPlacesOf);
  if (repaired.kind === 'unmatched') return { kind: 'refused', reason: NOT_FOR_IT };
  if (resolution === 'loaded')
    return { kind: 'refused', reason: 'It is resolved already: the event is in the table.' };
  if (resolution === 'failed_again')
    return {
      kind: 'refused',
      reason: 'It failed again in a replay; replay the failed event that stands for it.',
    };
  if (repaired.kind === 'refused') return repaired;
  return { kind: 'replay', replay: replayOf(event, repaired, { runId, recipe, replayedAt }) };
}

/**
 * Sends the failed events of a run, in order of collector time, no more than `rate` a second, and records how far it came
 * after every second or 500 replays. It ends `finished`, or `interrupted` when it was asked to stop: all that was sent up to the cursor is acknowledged.
 * What was sent after the last record is sent again by a resumed run, under the same replay_id, and counts once.
 *
 * @throws what `page` and `send` throw, after recording the run as `failed`
 */
export async function runReplays(
  begun: ReplayRun,
  { rate, limit }: { readonly rate: number; readonly limit: number },
  parts: RunParts,
): Promise<ReplayRun> {
  let run: ReplayRun = { ...begun, status: 'running', finishedAt: null };
  let waiting: readonly StatusRow[] = [];
  await parts.record(run);
  try {
    while (!parts.stop.aborted) {
      const left = limit - run.selected;
      if (waiting.length === 0 && left > 0)
        waiting = await parts.page(run.cursor, Math.min(READ_AT_ONCE, left));
      const rows = waiting.slice(0, Math.min(rate, SENT_AT_ONCE));
      waiting = waiting.slice(rows.length);
      const last = rows.at(-1);
      if (!last) {
        run = { ...run, status: 'finished', finishedAt: parts.now() };
        await parts.record(run);
        return run;
      }
      const started = parts.now();
      const prepared = rows.map((row) =>
        prepareReplay(row, {
          recipe: parts.recipe,
          markedPlacesOf: parts.markedPlacesOf,
          runId: run.runId,
          replayedAt: started,
        }),
      );
      const replays = prepared.flatMap((each) => (each.kind === 'replay' ? [each.replay] : []));
      await parts.send(replays);
      run = {
        ...run,
        selected: run.selected + rows.length,
        sent: run.sent + replays.length,
        refused: counted(run.refused, prepared),
        cursor: cursorOf(last),
      };
      await parts.record(run);
      parts.onProgress(run);
      await parts.sleep(Math.max(0, (replays.length / rate) * 1_000 - (parts.now() - started)));
    }
  } catch (error) {
    // The reason is what counts; that it cannot be recorded either is no news.
    await parts.record({ ...run, status: 'failed' }).catch(() => undefined);
    throw error;
  }
  run = { ...run, status: 'interrupted' };
  await parts.record(run);
  return run;
}

function counted(
  refused: Readonly<Record<string, number>>,
  prepared: readonly Prepared[],
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { ...refused };
  for (const each of prepared)
    if (each.kind === 'refused') counts[each.reason] = (counts[each.reason] ?? 0) + 1;
  return counts;
}
