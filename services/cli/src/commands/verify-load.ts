import { connectKafka, connectRegistry, silentLog, TopicInspector } from '@headwater/kafka';
import { loadConfig } from '@headwater/service-kit';
import { ServiceError } from '@headwater/stage';
import { countOf, isOn, type Command, type Surroundings, type Values } from '../command';
import { sendingConfig } from '../config';
import { jsonLine } from '../output/table';
import { Load, type Progress } from '../verifying/generate';
import { LedgerWriter } from '../verifying/ledger-file';
import { Sender } from '../verifying/post';
import { noteAbsence, Watcher } from '../verifying/watcher';
import { collectorOf, eventsOf, ledgerOf, loadOptions, runOf } from './verify-options';

const SECOND = 1_000;
/** Payloads that may wait to be sent again: some minutes of an outage at a usual rate. */
const BACKLOG = 100_000;

export const load: Command = {
  name: 'load',
  does: 'send events whose fate can be checked, and write down what became of each request',
  takes: [],
  options: loadOptions,
  more: `A payload is sent again, as trackers do, until it is accepted or rejected. Ctrl-C, or SIGTERM, ends it in order: what is on its way is
settled first. Then: \`headwater verify check --ledger DIR\`. The topics are read meanwhile (KAFKA__BROKERS, REGISTRY__URL), which
shows what an interrupted transaction would; --no-watch leaves that out.`,
  run: (_args, values, surroundings) => runLoad(values, surroundings),
};

/** Sends what the options say. @returns the exit code */
export async function runLoad(values: Values, surroundings: Surroundings): Promise<number> {
  const { out, err, now, sleep, stop, env } = surroundings;
  const run = runOf(values, now());
  const folder = ledgerOf(values);
  const events = eventsOf(values, run.rate);
  const connections = countOf(values, 'in-flight', 64);
  const sender = new Sender(collectorOf(values), connections, countOf(values, 'timeout', 15) * SECOND);
  const ledger = await LedgerWriter.create(folder);
  await ledger.write(run);
  const watcher = isOn(values, 'no-watch') ? null : await startWatcher(folder, run.app, env, err);
  const generator = new Load(
    run,
    {
      rate: run.rate,
      events,
      inFlight: connections,
      backlog: BACKLOG,
      giveUpMs: countOf(values, 'give-up', 300) * SECOND,
    },
    {
      record: (line) => ledger.write(line),
      send: (payload) => sender.send(payload),
      now,
      stop,
    },
  );
  if (!isOn(values, 'json'))
    err(
      `Run ${run.run}: seed ${String(run.seed)}, app ${run.app}, ${String(run.rate)} events a second to ${run.collector}\n`,
    );
  const report = (): void => {
    if (isOn(values, 'json')) out(jsonLine({ t: now(), ...generator.progress }));
    else err(`  ${progressText(generator.progress)}\n`);
  };
  const timer = setInterval(report, isOn(values, 'json') ? SECOND : 5 * SECOND);
  try {
    await generator.run();
    await watcher?.end(
      (ms) => (stop.aborted ? Promise.resolve() : sleep(ms)),
      generator.progress.accepted > 0,
    );
  } finally {
    clearInterval(timer);
    sender.close();
    await ledger.close();
    await watcher?.close();
  }
  report();
  if (watcher?.problem)
    err(
      `The topics could not be read to the end: ${watcher.problem.message} What was seen until then is checked; more of I3 and I7 cannot be verified by this run.\n`,
    );
  else if (watcher?.seenCount === 0 && generator.progress.accepted > 0)
    err(
      'The topics were watched, and no record of this run was seen. Does anything come through? Who may look at valid-events and failed-events and not read them sees nothing either: the user verifier may (docs/how-to/verify.md).\n',
    );
  if (!isOn(values, 'json')) err(`Check it with: headwater verify check --ledger ${folder}\n`);
  return 0;
}

const progressText = ({ events, accepted, rejected, refused, unknown, givenUp }: Progress): string =>
  `${String(events)} events: ${String(accepted)} accepted, ${String(rejected)} rejected; to be sent again ${String(refused)} refused and ${String(unknown)} without an answer; ${String(givenUp)} given up`;

/** Nothing of the load depends on the reader: where it cannot be, that is said, and the load goes on. */
async function startWatcher(
  folder: string,
  app: string,
  env: NodeJS.ProcessEnv,
  err: (text: string) => void,
): Promise<Watcher | null> {
  const settings = loadConfig(sendingConfig, env);
  const kit = { log: silentLog };
  const inspector = new TopicInspector({
    kafka: connectKafka(settings.kafka, kit),
    registry: connectRegistry(settings.registry, kit),
    log: silentLog,
  });
  try {
    return await Watcher.start(inspector, folder, app);
  } catch (error) {
    await inspector.close();
    if (!(error instanceof ServiceError)) throw error;
    noteAbsence(folder, error.message);
    err(
      `The topics cannot be read, so nobody watches them: ${error.message} Kafka is looked for at ${settings.kafka.brokers.join(', ')} (KAFKA__BROKERS). I3 and I7 cannot be verified by this run; --no-watch says that this is meant.\n`,
    );
    return null;
  }
}
