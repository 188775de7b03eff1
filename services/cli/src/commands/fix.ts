import { randomUUID } from 'node:crypto';
import type { FailedEvent } from '@headwater/contracts';
import type { Verdict } from '@headwater/verdict';
import { countOf, isOn, type Command } from '../command';
import { withClickHouse } from '../connect';
import { openDryRun } from '../judging';
import { differencesOf, type Difference } from '../output/difference';
import { jsonLine, timeText, visible } from '../output/table';
import { FailedEvents } from '../reading/failed-events';
import { filterOf, filterOptions } from '../reading/filter';
import { readRecipe } from '../reading/recipe-file';
import { NOT_FOR_IT, prepareReplay } from '../writing/run-replays';
import { replay } from './replay';

export const fix: Command = {
  name: 'fix',
  does: 'repair failed events by a recipe, and replay them',
  takes: ['RECIPE'],
  options: {
    'dry-run': {
      type: 'boolean',
      help: 'send nothing: show each event before and after, and what would become of it',
    },
    ...filterOptions,
    limit: { type: 'string', shows: 'N', help: 'at most so many (20 in a dry run, else all)' },
    rate: { type: 'string', shows: 'N', help: 'replays a second (500)' },
    operator: { type: 'string', shows: 'NAME', help: 'who does it, for the audit record (user@host)' },
  },
  more: `RECIPE is a file in YAML or JSON: docs/how-to/repair-and-replay.md tells how to write one. Failed events that it is not for are
left out. Without --dry-run it does what \`headwater failed replay --recipe RECIPE\` does.`,
  run: async ([file = ''], values, surroundings) => {
    if (!isOn(values, 'dry-run')) return replay.run([], { ...values, recipe: file }, surroundings);
    const { env, out, err, now, stop } = surroundings;
    const recipe = readRecipe(file);
    const { judge, markedPlacesOf, close } = openDryRun(env);
    const limit = countOf(values, 'limit', 20);
    const tally = { looked: 0, repaired: 0, good: 0 };
    try {
      return await withClickHouse(env, async (clickhouse) => {
        const events = new FailedEvents(clickhouse);
        for await (const row of events.all(filterOf(values, now()), { limit: Infinity })) {
          if (stop.aborted || tally.repaired >= limit) break;
          tally.looked += 1;
          const prepared = prepareReplay(row, {
            recipe,
            markedPlacesOf,
            runId: randomUUID(),
            replayedAt: now(),
          });
          if (prepared.kind === 'refused') {
            if (prepared.reason === NOT_FOR_IT) continue;
            out(
              isOn(values, 'json')
                ? jsonLine({ failed_id: row.event.failed_id, refused: prepared.reason })
                : `${titleOf(row.event)}\n  refused: ${prepared.reason}\n\n`,
            );
            continue;
          }
          tally.repaired += 1;
          const verdict = await judge.replay(prepared.replay);
          if (verdict.kind === 'ok') tally.good += 1;
          const differences = differencesOf(row.event.parameters ?? {}, prepared.replay.parameters ?? {});
          out(
            isOn(values, 'json')
              ? jsonLine({
                  failed_id: row.event.failed_id,
                  differences,
                  verdict: verdict.kind,
                  reasons: reasonsOf(verdict),
                })
              : `${titleOf(row.event)}\n${differences.map(differenceText).join('')}  verdict: ${verdictText(verdict)}\n\n`,
          );
        }
        err(
          tally.repaired === 0
            ? `The recipe ${recipe.name}@${recipe.version} repairs none of the ${tally.looked} failed events that match.\n`
            : `${tally.good} of ${tally.repaired} repaired events would be loaded. Nothing was sent. To do it: headwater failed fix ${file} with the same options, without --dry-run.\n`,
        );
        return 0;
      });
    } finally {
      await close();
    }
  },
};

const titleOf = ({ failed_id, collector_tstamp, app_id, event_name, failure_type }: FailedEvent): string =>
  visible(
    `${failed_id}  ${timeText(collector_tstamp)}  ${app_id}  ${event_name ?? ''}  ${failure_type ?? 'unknown'}`,
  );

const differenceText = ({ path, before, after }: Difference): string =>
  [
    ...(before === undefined ? [] : [`  - ${path}: ${JSON.stringify(before)}`]),
    ...(after === undefined ? [] : [`  + ${path}: ${JSON.stringify(after)}`]),
  ]
    .map((line) => `${visible(line)}\n`)
    .join('');

function reasonsOf(verdict: Verdict): readonly string[] {
  if (verdict.kind === 'failed') return (verdict.value.failures ?? []).map(({ message }) => message ?? '');
  return verdict.kind === 'dropped' ? [verdict.reason] : [];
}

function verdictText(verdict: Verdict): string {
  if (verdict.kind === 'ok') return 'it would be loaded';
  if (verdict.kind === 'dropped') return `it would be dropped (${verdict.reason})`;
  return `it would fail again (${verdict.value.failure_type ?? 'unknown'})${reasonsOf(verdict)
    .map((reason) => `\n    - ${visible(reason)}`)
    .join('')}`;
}
