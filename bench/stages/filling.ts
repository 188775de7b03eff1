import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { topics, type EnrichedEvent, type ServiceName } from '@headwater/contracts';
import { PlainAvro } from '../contenders/programs/plain-avro';
import type { Contender } from '../contenders/contender';
import { between, type Ends } from '../data/broker';
import { IdTally } from '../data/event-ids';
import { fillCollectorPayloads } from '../data/fill';
import { start } from '../launch';
import { newRun, type Workbench } from '../workbench';
import type { Filled } from './work-off';

/** A filled topic and the ids in it. */
export interface FilledRun extends Filled {
  /** What the event ids begin with; their numbers go from 0 up to `events`. */
  readonly run: string;
}

/** How long a service may take to work off a topic before the bench gives up, milliseconds. */
const PATIENCE_MS = 300_000;
/** Ready-made events that the bare stage writes again and again. */
const TEMPLATES = 500;

/** Collector payloads of browsers, as the collector writes them; the topic holds nothing else. */
export async function fillPayloads(
  bench: Workbench,
  events: number,
  eventsPerPayload: number,
): Promise<FilledRun> {
  const topic = topics.collectorPayloads.name;
  const { broker, endpoints } = bench;
  await broker.trim(topic);
  const from = await broker.ends(topic);
  const run = newRun();
  await fillCollectorPayloads(broker, {
    registryUrl: endpoints.registryUrl,
    run,
    first: 0,
    events,
    eventsPerPayload,
    now: Date.now(),
  });
  return { topic, from, to: await broker.ends(topic), events, run };
}

/**
 * What a service of ours makes of a filled topic, in its own output topic, which then holds nothing else: the input of the next
 * stage is real.
 *
 * @throws when an event is missing, is there twice, or the service does not get on
 */
export async function throughService(
  bench: Workbench,
  service: ServiceName,
  input: FilledRun,
  output: string,
): Promise<FilledRun> {
  const { broker, parts, print } = bench;
  const group = `headwater-${service}`;
  await broker.trim(output);
  const from = await broker.ends(output);
  await broker.forgetGroup(group);
  const running = await start(bench, servicePart(service), { group });
  const deadline = performance.now() + PATIENCE_MS;
  while (!isThrough(input, await broker.committed(group, input.topic))) {
    if (!running.alive())
      throw new Error(`The ${service} ended while it filled ${output}; its log is in ${bench.dir}/logs.`);
    if (performance.now() > deadline)
      throw new Error(`The ${service} did not get through ${input.topic} within ${PATIENCE_MS / 1000} s.`);
    await sleep(100);
  }
  await parts.remove(running);
  const { tally, behind } = await countEvents(bench, output, from, input);
  if (tally.count !== input.events || tally.distinct !== input.events)
    throw new Error(
      `The ${service} made ${tally.count} records with ${tally.distinct} different events of ${input.events}: ${output} cannot be measured with. Its failed events say why.`,
    );
  print(`  ${output} is filled with ${tally.count.toLocaleString('en-US')} events`);
  return { topic: output, from, to: behind, events: input.events, run: input.run };
}

/** Counts what is in a topic from some offsets on, by event id. */
export async function countEvents(
  { broker }: Workbench,
  topic: string,
  from: Ends,
  input: FilledRun,
): Promise<{ readonly tally: IdTally; readonly behind: Ends }> {
  const avro = new PlainAvro('EnrichedEvent', 0);
  const tally = new IdTally(input.run, 0, input.events);
  const behind = await broker.scan(topic, from, input.events, ({ value }) => {
    if (value) tally.add((avro.decode(value) as EnrichedEvent).event_id);
  });
  return { tally, behind };
}

/** Writes some real enriched events to a file, for the bare stage. */
export async function keepTemplates(bench: Workbench, filled: FilledRun): Promise<string> {
  const templates: string[] = [];
  await bench.broker.scan(filled.topic, filled.from, filled.events, ({ value }) => {
    if (value && templates.length < TEMPLATES) templates.push(value.toString('base64'));
  });
  const file = join(bench.dir, 'templates.json');
  writeFileSync(file, JSON.stringify(templates));
  return file;
}

function isThrough({ from, to }: FilledRun, committed: Ends): boolean {
  const missing = [...to].filter(([partition, end]) => (committed.get(partition) ?? 0n) < end);
  return between(from, to) > 0 && missing.length === 0;
}

/** A service that fills and is not measured. */
const servicePart = (service: ServiceName): Contender => ({
  name: service,
  stage: 'enricher',
  role: 'ours',
  does: 'Fills a topic.',
  start: { kind: 'service', service, settings: {} },
  topic: null,
});
