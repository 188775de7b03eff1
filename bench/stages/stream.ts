import { topics } from '@headwater/contracts';
import type { Contender } from '../contenders/contender';
import { start } from '../launch';
import type { Measurement } from '../report/model';
import { voidReason } from '../report/void';
import { newRun, type Workbench } from '../workbench';
import { countEvents, fillPayloads, keepTemplates, throughService, type FilledRun } from './filling';
import { entrantOf, type MeasureStage } from './stage';
import { workOff } from './work-off';

/** The enricher beside a bare stage, on payloads of one event and of ten. */
export const measureEnricher: MeasureStage = async (bench, contenders) => {
  const { sizes, print } = bench;
  const measurements: Measurement[] = [];
  const scenarios = [
    { id: 'one', title: '1 event a payload', unit: 'event', eventsPerPayload: 1 },
    { id: 'ten', title: '10 events a payload', unit: 'event', eventsPerPayload: 10 },
  ] as const;
  await makeOutputs(bench, contenders);
  const sample = await fillPayloads(bench, Math.min(2_000, sizes.stageEvents), 1);
  const templates = await keepTemplates(
    bench,
    await throughService(bench, 'enricher', sample, topics.enrichedEvents.name),
  );
  for (const { id, eventsPerPayload } of scenarios) {
    print(`  filling ${topics.collectorPayloads.name}, ${eventsPerPayload} a payload`);
    const input = await fillPayloads(bench, sizes.stageEvents, eventsPerPayload);
    for (let round = 1; round <= sizes.rounds; round += 1)
      for (const contender of contenders)
        measurements.push(
          await measure(bench, contender, id, round, input, {
            EVENTS_PER_RECORD: String(eventsPerPayload),
            RUN: input.run,
            TEMPLATES: templates,
          }),
        );
  }
  return {
    title: 'Enricher: payloads in, events out',
    scenarios,
    entrants: contenders.map(entrantOf),
    measurements,
    skipped: [],
  };
};

/** The validator beside a bare stage, on events that our enricher made. */
export const measureValidator: MeasureStage = async (bench, contenders) => {
  const { sizes } = bench;
  await makeOutputs(bench, contenders);
  const input = await enrichedEvents(bench);
  const measurements: Measurement[] = [];
  for (let round = 1; round <= sizes.rounds; round += 1)
    for (const contender of contenders)
      measurements.push(await measure(bench, contender, 'events', round, input, { EVENTS_PER_RECORD: '0' }));
  return {
    title: 'Validator: events in, valid events out',
    scenarios: [{ id: 'events', title: 'Events from a filled topic', unit: 'event' }],
    entrants: contenders.map(entrantOf),
    measurements,
    skipped: [],
  };
};

/** Fills the topic of enriched events with what the enricher makes of payloads. */
export async function enrichedEvents(bench: Workbench): Promise<FilledRun> {
  const payloads = await fillPayloads(bench, bench.sizes.stageEvents, 10);
  return throughService(bench, 'enricher', payloads, topics.enrichedEvents.name);
}

async function makeOutputs({ broker }: Workbench, contenders: readonly Contender[]): Promise<void> {
  const ours: readonly string[] = Object.values(topics).map(({ name }) => name);
  for (const { topic } of contenders)
    if (topic !== null && !ours.includes(topic)) await broker.createTopic(topic);
}

async function measure(
  bench: Workbench,
  contender: Contender,
  scenario: string,
  round: number,
  input: FilledRun,
  settings: Readonly<Record<string, string>>,
): Promise<Measurement> {
  const { broker, parts, print } = bench;
  const group = contender.group ?? `bench-${newRun()}`;
  const output = contender.topic;
  if (contender.group !== undefined) await broker.forgetGroup(contender.group);
  const from = output === null ? null : await broker.ends(output);
  const running = await start(bench, contender, {
    group,
    settings: { ...settings, INPUT: input.topic },
    listens: false,
  });
  const { cpuUs, eventsPerSecond, others, peakBytes, done, problem, notes } = await workOff(
    bench,
    running,
    group,
    input,
  );
  await parts.remove(running);
  const found =
    output === null || from === null || problem !== null
      ? null
      : (await countEvents(bench, output, from, input)).tally;
  if (output !== null) await broker.trim(output);
  const reason =
    problem ??
    voidReason({
      sent: input.events,
      accepted: done,
      delivered: found?.count ?? null,
      distinct: found?.distinct ?? null,
    });
  const cost = (cpuUs['service'] ?? 0).toFixed(1);
  print(
    `  round ${round}, ${contender.name}, ${scenario}: ${reason ?? `${cost} µs an event, ${Math.round(eventsPerSecond).toLocaleString('en-US')}/s`}`,
  );
  return {
    contender: contender.name,
    scenario,
    round,
    cpuUs,
    unitsPerSecond: eventsPerSecond,
    accepted: done,
    delivered: found?.count ?? null,
    latency: null,
    peakBytes: { service: peakBytes },
    others,
    void: reason,
    notes,
  };
}
