import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@headwater/testing';
import type { Expectation, RunResult } from '../results/result';
import { secondsToRecover, type Scenario, type Scene } from '../scenario';
import { inWords, type Ending } from '../world/endings';
import { Load } from '../world/load';
import type { Page } from '../world/pager';
import { supervise } from '../world/supervisor';
import type { World } from '../world/world';
import type { Build } from './build-id';
import { neighboursOf } from './neighbours';
import { unverifiedOf } from './unverified';

const SETTLE_SECONDS = 60;
/** The load is steady before the first fault. */
const WARM_UP_MS = 2_000;
const LONGEST_GAP_MS = 1_500;
/** Rules that say that events were lost, or may have been. Where none was, they must be silent. */
const OF_LOSS: ReadonlySet<string> = new Set([
  'HeadwaterRecordsLost',
  'HeadwaterPartitionPoisoned',
  'HeadwaterAccountingOpen',
]);
/** The check of the quality monitor that says the same. */
const ACCOUNTING = 'accounting';
/** What the report keeps of what was found. */
const KEPT_EXAMPLES = 5;
const KEPT_WORDS = 3_000;

export interface RunOptions {
  readonly seed: number;
  readonly faults: number;
  readonly build: Build;
  /** Events a second. */
  readonly rate: number;
  readonly isQuick: boolean;
  /** What makes the same runs. */
  readonly command: string;
  readonly tell: (line: string) => void;
}

/** Runs the load, injects the faults one after the other, lets the load end, and looks for every event. */
export async function runScenario(
  scenario: Scenario,
  world: World,
  { seed, faults, build, tell, rate, isQuick, command }: RunOptions,
): Promise<RunResult> {
  const started = Date.now();
  const random = new Random(seed);
  const app = `${scenario.name}-${String(seed)}-${started.toString(36)}`;
  const ledger = join(world.folder, 'ledgers', app);
  mkdirSync(ledger, { recursive: true });
  const expectations: Expectation[] = [];
  const notes: string[] = [];
  const scene: Scene = {
    world,
    random,
    isQuick,
    tell,
    note: (text) => void notes.push(text),
    expect: (what, holds, saw) =>
      void expectations.push({ what, holds, ...(saw === undefined ? {} : { saw }) }),
  };
  const recoverySeconds: number[] = [];
  let stuck = 0;
  let beside = neighboursOf(world.folder);
  world.endings.take();
  const undo = await scenario.prepare?.(scene);
  const release = scenario.supervised === true ? supervise(scene) : null;
  if (scenario.merging !== true) await world.merging(false);
  const load = Load.start({
    collectorUrl: world.collectorUrl,
    endpoints: world.observers,
    ledger,
    app,
    seed,
    rate,
  });
  try {
    await load.running();
    await sleep(WARM_UP_MS);
    for (let index = 0; index < faults; index += 1) {
      await sleep(random.between(0, LONGEST_GAP_MS));
      await scenario.inject(scene, index);
      const took = await world.kafka.through(secondsToRecover(scenario, index) * 1000);
      if (took === null) stuck += 1;
      else recoverySeconds.push(Math.round(took / 100) / 10);
      beside = Math.max(beside, neighboursOf(world.folder));
      tell(
        `${scenario.name} ${String(index + 1)}/${String(faults)}: ${took === null ? 'STUCK' : `through after ${(took / 1000).toFixed(1)} s`}, ${String(load.acceptedEvents)} events accepted`,
      );
    }
    await load.stop();
  } catch (error) {
    await load.abandon();
    throw error;
  } finally {
    await release?.();
    await undo?.();
  }
  const pages = await world.pager?.firing((Date.now() - started) / 1000);
  if (pages !== undefined) judgePages(scenario, pages, scene);
  const failing = await world.mend();
  for (const why of failing)
    scene.expect('every service is ready a minute after the last fault', false, why.slice(0, KEPT_WORDS));
  judgeEndings(scenario, world.endings.take(), scene);
  const { alerts = [], quiet = false, looksLikeLoss = false } = scenario;
  const verification = await load.check({
    scan: [world.logs],
    metrics: world.all().map(({ url }) => `${url}/metrics`),
    settleSeconds: SETTLE_SECONDS,
    alerts,
    noAlerts: quiet ? ['*'] : looksLikeLoss || alerts.includes(ACCOUNTING) ? [] : [ACCOUNTING],
  });
  await world.merging(true);
  await scenario.judge?.(scene, verification);
  return {
    scenario: scenario.name,
    row: scenario.row,
    seed,
    ...build,
    startedAt: new Date(started).toISOString(),
    seconds: Math.round((Date.now() - started) / 1000),
    faults: quiet ? 0 : faults,
    pages: [...new Set((pages ?? []).map(({ alert }) => alert))].sort(),
    events: verification.sent.accepted,
    ...verification.totals,
    stuck: stuck + verification.totals.stuck + failing.length,
    refused: verification.sent.refused,
    unknown: verification.sent.unknown,
    recoverySeconds,
    unverified: [...unverifiedOf(verification.invariants, looksLikeLoss)],
    rate,
    command,
    beside,
    broken: verification.invariants.flatMap(({ id, verdict, examples }) =>
      verdict === 'broken' ? [{ id, examples: examples.slice(0, KEPT_EXAMPLES) }] : [],
    ),
    expectations,
    notes,
  };
}

/** Whoever must be paged is, and nobody is told of a loss where there was none. */
function judgePages(
  { pages: wanted = [], mayPage = [], quiet = false, looksLikeLoss = false }: Scenario,
  pages: readonly Page[],
  scene: Scene,
): void {
  const fired = pages.map(({ alert }) => alert);
  for (const alert of wanted)
    scene.expect(`${alert} pages`, fired.includes(alert), fired.join(', ') || 'nothing');
  const right = [...wanted, ...mayPage];
  const noise = pages
    .filter(
      ({ alert, severity }) =>
        (quiet && severity === 'page') || (OF_LOSS.has(alert) && !looksLikeLoss && !right.includes(alert)),
    )
    .map(({ alert }) => alert);
  scene.expect('nobody is paged for nothing', noise.length === 0, noise.join(', ') || 'nothing');
}

/** No service ends but by what is done to it; where it may, how often is of interest. */
function judgeEndings({ supervised = false }: Scenario, endings: readonly Ending[], scene: Scene): void {
  if (!supervised)
    scene.expect(
      'no service ended by itself',
      endings.length === 0,
      endings
        .map(({ instance, said }) => `${instance}: ${said}`)
        .join('\n')
        .slice(0, KEPT_WORDS),
    );
  else if (endings.length > 0)
    scene.note(`services ended by themselves and were started again: ${inWords(endings)}`);
}
