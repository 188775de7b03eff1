import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '@headwater/clickhouse';
import { topics } from '@headwater/contracts';
import { connectKafka, connectRegistry, silentLog, TopicWriter } from '@headwater/kafka';
import type { Recipe } from '@headwater/recovery';
import { loadConfig, VERSION } from '@headwater/service-kit';
import { ServiceError } from '@headwater/stage';
import { countOf, isOn, textOf, UsageError, type Command, type Surroundings, type Values } from '../command';
import { sendingConfig } from '../config';
import { NotThere, withClickHouse } from '../connect';
import { markedPlacesFrom } from '../judging';
import { jsonLine } from '../output/table';
import { FailedEvents } from '../reading/failed-events';
import { filterOf, filterOptions } from '../reading/filter';
import { readRecipe } from '../reading/recipe-file';
import { ReplayRuns, type ReplayRun } from '../writing/replay-runs';
import { runReplays } from '../writing/run-replays';

const EVERYTHING = 999_999_999;

export const replay: Command = {
  name: 'replay',
  does: 'send failed events through the pipeline again',
  takes: [],
  options: {
    recipe: {
      type: 'string',
      shows: 'FILE',
      help: 'repair them by this recipe; without one they are sent as they are',
    },
    run: { type: 'string', shows: 'RUN', help: 'go on with a run that was interrupted' },
    rate: { type: 'string', shows: 'N', help: 'replays a second (500)' },
    'dry-run': { type: 'boolean', help: 'send nothing: only count what would be sent, and what not and why' },
    operator: { type: 'string', shows: 'NAME', help: 'who does it, for the audit record (user@host)' },
    ...filterOptions,
    limit: { type: 'string', shows: 'N', help: 'at most so many (all)' },
  },
  more: `Replays keep the original times, and are idempotent: one that was sent twice is loaded once. A run can be stopped with Ctrl-C and
resumed. Every run is recorded: \`headwater failed runs\`.`,
  run: (_args, values, surroundings) =>
    withClickHouse(surroundings.env, async (clickhouse) => {
      const runs = new ReplayRuns(clickhouse);
      const recipeFile = textOf(values, 'recipe');
      const recipe = recipeFile === undefined ? null : readRecipe(recipeFile);
      const resumed = textOf(values, 'run');
      const begun =
        resumed === undefined
          ? await newRun(values, recipe, clickhouse, surroundings)
          : await runToResume(resumed, values, recipe, runs);
      return replayRun(begun, recipe, clickhouse, values, surroundings);
    }),
};

async function replayRun(
  begun: ReplayRun,
  recipe: Recipe | null,
  clickhouse: ClickHouse,
  values: Values,
  { env, out, err, stop, now, sleep }: Surroundings,
): Promise<number> {
  const [events, runs] = [new FailedEvents(clickhouse), new ReplayRuns(clickhouse)];
  const markedPlacesOf = markedPlacesFrom(env);
  const writer = begun.dryRun ? null : await openWriter(env);
  const goOn = `headwater failed replay --run ${begun.runId}${textOf(values, 'recipe') === undefined ? '' : ` --recipe ${String(textOf(values, 'recipe'))}`}`;
  try {
    const run = await runReplays(
      begun,
      { rate: countOf(values, 'rate', 500), limit: begun.filter.limit ?? EVERYTHING },
      {
        page: (after, limit) => events.page(begun.filter, { after, loadedUntil: begun.startedAt, limit }),
        recipe,
        markedPlacesOf,
        send: async (replays) => {
          await writer?.writeAll(replays.map((value) => ({ topic: topics.replays, value })));
        },
        record: (state) => runs.record(state),
        onProgress: ({ selected, sent }) => {
          if (!isOn(values, 'json'))
            err(`  ${selected} looked at, ${sent} ${begun.dryRun ? 'would be sent' : 'sent'}\n`);
        },
        now,
        sleep,
        stop,
      },
    );
    out(isOn(values, 'json') ? jsonLine(run) : summaryOf(run));
    if (run.status === 'interrupted') {
      err(`Interrupted. Go on with: ${goOn}\n`);
      return 1;
    }
    return 0;
  } catch (error) {
    err(`The run ${begun.runId} came to a stop. Once the cause is gone, go on with: ${goOn}\n`);
    throw error;
  } finally {
    await writer?.drain();
  }
}

async function newRun(
  values: Values,
  recipe: Recipe | null,
  clickhouse: ClickHouse,
  { now, operator }: Surroundings,
): Promise<ReplayRun> {
  const filter = filterOf(values, now());
  if (Object.keys(filter).length === 0 && recipe === null && !isOn(values, 'unresolved'))
    throw new UsageError(
      'it is not said which failed events. Name them, by --problem, --app or --type for example; --unresolved takes all that are unresolved.',
    );
  return {
    runId: randomUUID(),
    status: 'running',
    startedAt: await new FailedEvents(clickhouse).now(),
    finishedAt: null,
    operator: textOf(values, 'operator') ?? operator,
    program: `headwater-cli/${VERSION}`,
    filter: {
      ...filter,
      ...(values['limit'] === undefined ? {} : { limit: countOf(values, 'limit', EVERYTHING) }),
    },
    recipe: recipe && {
      name: recipe.name,
      version: recipe.version,
      sha256: recipe.sha256,
      reviewedBy: recipe.reviewedBy,
    },
    dryRun: isOn(values, 'dry-run'),
    selected: 0,
    sent: 0,
    refused: {},
    cursor: null,
  };
}

/** A run goes on with what it began with: another recipe or filter would be another run. */
async function runToResume(
  runId: string,
  values: Values,
  recipe: Recipe | null,
  runs: ReplayRuns,
): Promise<ReplayRun> {
  if (!/^[0-9a-f-]{36}$/i.test(runId))
    throw new UsageError(`--run is "${runId}", which is no run id. \`headwater failed runs\` lists them.`);
  const others = [...Object.keys(filterOptions), 'limit'].filter((name) => values[name] !== undefined);
  if (others.length > 0 || isOn(values, 'dry-run'))
    throw new UsageError(
      `--run goes on with the filter that the run began with. Leave out ${[...others, ...(isOn(values, 'dry-run') ? ['dry-run'] : [])].map((name) => `--${name}`).join(', ')}.`,
    );
  const run = await runs.find(runId.toLowerCase());
  if (!run) throw new NotThere(`There is no run ${runId}. \`headwater failed runs\` lists them.`);
  if (run.status === 'finished')
    throw new NotThere(`The run ${runId} is finished: nothing is left of it to send.`);
  if ((run.recipe?.sha256 ?? null) !== (recipe?.sha256 ?? null))
    throw new UsageError(
      run.recipe
        ? `The run ${runId} began with the recipe ${run.recipe.name}@${run.recipe.version}. Give that file with --recipe, unchanged, or begin a new run.`
        : `The run ${runId} began without a recipe. Leave --recipe out, or begin a new run.`,
    );
  return run;
}

async function openWriter(env: NodeJS.ProcessEnv): Promise<TopicWriter> {
  const settings = loadConfig(sendingConfig, env);
  const kit = { log: silentLog };
  const writer = new TopicWriter({
    kafka: connectKafka(settings.kafka, kit),
    registry: connectRegistry(settings.registry, kit),
    topics: [topics.replays],
    log: silentLog,
    // Nobody waits for an answer here; a broker that is slow for a moment is no reason to stop a run.
    deadlineMs: 30_000,
  });
  try {
    await writer.connect();
  } catch (error) {
    await writer.drain();
    if (!(error instanceof ServiceError)) throw error;
    throw new NotThere(
      `Replays cannot be sent: ${error.message} Kafka is looked for at ${settings.kafka.brokers.join(', ')} (KAFKA__BROKERS), the registry at ${settings.registry.url} (REGISTRY__URL).`,
      { cause: error },
    );
  }
  return writer;
}

function summaryOf({ runId, selected, sent, refused, dryRun }: ReplayRun): string {
  const reasons = Object.entries(refused)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `  ${String(count).padStart(8)}  ${reason}\n`)
    .join('');
  return `Run ${runId}: ${selected} failed events looked at, ${sent} ${dryRun ? 'would be sent' : 'sent'}.\n${reasons === '' ? '' : `Not sent:\n${reasons}`}`;
}
