import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnCli } from '@headwater/pipeline';
import { scenario, type Scenario } from '../scenario';
import { OwnEvents } from '../world/own-events';
import type { World } from '../world/world';

const EVENTS = 200;
const COPIES = 3;
const SPREAD_MS = 20_000;
const AT_ONCE = 20;
const FAILED = 50;

const recipe = `name: link-target
version: 1
description: The tracker writes targetURL.
reviewed_by: jane@shop.example
match:
  failure_type: schema_violation
steps:
  - op: rename
    path: $.unstruct_event.data.targetURL
    to: targetUrl
`;

/** Runs `headwater failed replay`. */
async function replay({ observers, folder }: World, app: string): Promise<void> {
  const file = join(folder, 'link-target.yaml');
  writeFileSync(file, recipe);
  const args = ['failed', 'replay', '--app', app, '--recipe', file, '--operator', 'jane@desk'];
  const child = spawnCli(observers, args);
  child.stdout.resume();
  const [said, [code]] = await Promise.all([
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`headwater failed replay ended with ${String(code)}: ${said}`);
}

/** What comes more often than once, by way of trackers or of a replay. */
export const deliveryScenarios: readonly Scenario[] = [
  scenario({
    name: 'deliveries-repeated',
    row: 30,
    title: `requests that arrive ${String(COPIES)} times, in any order, up to ${String(SPREAD_MS / 1000)} s apart, while a stage is killed`,
    world: 'one broker',
    full: 5,
    differs:
      'copies come up to 20 s apart rather than 10 min: a window of an hour, by log time, answers both alike',
    atOnce: 5,
    async inject({ world, random, expect }) {
      const own = new OwnEvents(world);
      const requests = Array.from({ length: EVENTS }, () => own.request(random.uuid()));
      const deliveries = Array.from({ length: COPIES }, () => requests)
        .flat()
        .map((request) => ({ request, at: random.between(0, SPREAD_MS) }))
        .sort((a, b) => a.at - b.at);
      const started = performance.now();
      const service = random.pick(world.of(random.pick(['enricher', 'validator', 'loader'] as const)));
      const sending = Array.from({ length: AT_ONCE }, async () => {
        for (let next = deliveries.shift(); next !== undefined; next = deliveries.shift()) {
          await sleep(Math.max(0, started + next.at - performance.now()));
          await own.deliver(next.request);
        }
      });
      await sleep(random.between(0, SPREAD_MS / 2));
      await service.kill();
      await service.start();
      await Promise.all(sending);
      await world.kafka.through(60_000);
      const arrived = await own.arrive('events_stored', EVENTS);
      const { rows, events } = await own.rowsIn('events_stored');
      expect(
        'each event is stored once',
        arrived && rows === EVENTS,
        `${String(rows)} rows of ${String(events)} events`,
      );
    },
  }),
  scenario({
    name: 'replay-repeated',
    row: 29,
    title:
      'failed events are repaired and replayed twice at the same time, and once more, while the validator is killed',
    world: 'one broker',
    full: 3,
    atOnce: 3,
    async inject({ world, random, expect }) {
      const own = new OwnEvents(world);
      const ids = Array.from({ length: FAILED }, () => random.uuid());
      for (const id of ids) await own.deliver(own.request(id, 'targetURL'));
      expect('all of them fail at first', await own.arrive('failed_events_stored', FAILED));
      const service = random.pick(world.of('validator'));
      await Promise.all([
        replay(world, own.app),
        replay(world, own.app),
        service.kill().then(() => service.start()),
      ]);
      await replay(world, own.app);
      await own.arrive('events_stored', FAILED);
      await world.kafka.through(60_000);
      const { rows, events } = await own.rowsIn('events_stored');
      expect(
        'each repaired event is stored once',
        rows === FAILED && events === FAILED,
        `${String(rows)} rows of ${String(events)} events`,
      );
    },
  }),
];
