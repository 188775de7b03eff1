import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@headwater/contracts';
import type { Scene } from '../scenario';
import type { Edit } from '../variants/build-variant';
import { SESSION_TIMEOUT_MS } from '../world/world';

/** A build in which one guarantee is broken on purpose. A suite that does not notice it proves nothing. */
export interface Control {
  readonly name: string;
  /** What is broken, for a reader of the report. */
  readonly title: string;
  readonly services: readonly ServiceName[];
  readonly edits: readonly Edit[];
  /** Invariants, of which one at least must be found broken. */
  readonly caughtBy: readonly string[];
  /** Checks of the quality monitor that must raise an alert as well, without any ledger. */
  readonly alerts?: readonly string[];
  /** The fault that brings it to light; nothing where load is enough. */
  readonly inject?: (scene: Scene) => Promise<void>;
  /** How often it is injected. */
  readonly times: number;
  /** Events a second, where the usual rate would take too long. */
  readonly rate?: number;
  /** How long the load goes on where nothing is injected, seconds. */
  readonly seconds?: number;
}

/** Longer than the session, so that another takes over. */
const ZOMBIE_MS = SESSION_TIMEOUT_MS + 3_000;

const pause = async (scene: Scene, name: ServiceName): Promise<void> => {
  const service = scene.random.pick(scene.world.of(name));
  service.pause();
  await sleep(ZOMBIE_MS);
  service.resume();
};

const crashLoader = async ({ world, random }: Scene, window: 'before' | 'after'): Promise<void> => {
  const { service, gate } = random.pick(world.loaders);
  await gate.holdNext(window, 20_000);
  await service.kill();
  await service.start();
};

export const controls: readonly Control[] = [
  {
    name: 'transactional-id-per-process',
    title: 'one transactional id per process instead of one per input partition',
    services: ['enricher'],
    edits: [
      {
        file: 'libs/kafka/src/producer/partition-transactions.ts',
        from: '): string => `${groupId}-${name}-${String(partition)}`;',
        to: '): string => `${groupId}-${String(process.pid)}-${name}-${String(partition)}`;',
      },
    ],
    caughtBy: ['I2'],
    inject: (scene) => pause(scene, 'enricher'),
    times: 4,
  },
  {
    name: 'commit-before-insert',
    title: 'the loader commits a batch before it inserts it',
    services: ['loader'],
    edits: [
      {
        file: 'libs/kafka/src/consumer/ranged-server.ts',
        from: '    await handle(records, cut, { recovered: false });\n    await commit(cut.commit, null);',
        to: '    await commit(cut.commit, null);\n    await handle(records, cut, { recovered: false });',
      },
    ],
    caughtBy: ['I1'],
    alerts: ['accounting'],
    inject: (scene) => crashLoader(scene, 'before'),
    times: 2,
  },
  {
    name: 'no-token',
    title: 'inserts carry no token by which ClickHouse knows a batch again',
    services: ['loader'],
    edits: [
      {
        file: 'libs/clickhouse/src/clickhouse.ts',
        from: 'insert_deduplication_token: options.token }',
        to: 'insert_deduplication_token: `${options.token}-${String(Math.random())}` }',
      },
    ],
    caughtBy: ['I2'],
    inject: (scene) => crashLoader(scene, 'after'),
    times: 2,
  },
  {
    name: '200-before-ack',
    title: 'the collector answers 200 before the broker has the payload',
    services: ['collector'],
    edits: [
      {
        file: 'libs/collector-server/src/delivery.ts',
        from: '    written.then(\n',
        to: '    written.catch(() => undefined);\n    Promise.resolve().then(\n',
      },
    ],
    caughtBy: ['I1'],
    async inject({ world, random }) {
      const [broker] = world.cluster.nodes;
      const collector = random.pick(world.of('collector'));
      broker?.pause();
      await sleep(1_000);
      await collector.kill();
      broker?.resume();
      await collector.start();
    },
    times: 2,
  },
  {
    name: 'address-in-failed-event',
    title: 'texts of failed events are kept as they come',
    services: ['enricher', 'validator'],
    edits: [
      {
        file: 'libs/stage/src/mask-addresses.ts',
        from: 'export function maskAddresses(text: string): string {',
        to: 'export function maskAddresses(text: string): string {\n  if (text.length > 0) return text;',
      },
    ],
    caughtBy: ['I6'],
    times: 0,
    seconds: 5,
  },
  {
    name: 'one-row-in-ten-thousand',
    title: 'the loader leaves out one row in 10,000',
    services: ['loader'],
    edits: [
      {
        file: 'libs/loading/src/prepare.ts',
        from: '    rows.push({ offset, id: idOf',
        to: '    const seen = ((globalThis as { seen?: number }).seen = ((globalThis as { seen?: number }).seen ?? 0) + 1);\n    if (seen % 10_000 === 0) continue;\n    rows.push({ offset, id: idOf',
      },
    ],
    caughtBy: ['I1'],
    alerts: ['accounting'],
    times: 0,
    rate: 1_500,
    seconds: 20,
  },
];
