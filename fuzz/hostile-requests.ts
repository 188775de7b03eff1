import { Random } from '@headwater/testing';
import type { Attack, Campaign } from './attack';
import { Attacker, PATIENCE_MS, type Answer } from './client';
import type { RequestResults } from './results';
import { Target } from './target';
import { jsonVerdicts, type Verdicts } from './verdicts';

/** Attacks that are sent, and whose events are then counted, together. */
const CHUNK = 512;
const PARALLEL = 16;
/** Most that resident memory may grow after the first tenth of the requests, which fills caches and pools. */
const MOST_GROWTH = 192 * 1024 * 1024;
/** Most resident memory at any time: sixteen bodies of some MiB are under way at once, each parsed and rewritten. */
const MOST_MEMORY = 900 * 1024 * 1024;
const MiB = 1024 * 1024;
const mebibytes = (bytes: number): string => `${(bytes / MiB).toFixed(0)} MiB`;

interface Finding {
  readonly campaign: string;
  readonly attack: string;
  readonly problem: string;
}

/** One run against one process. */
class Run {
  readonly findings: Finding[] = [];
  readonly answers = new Map<string, number>();
  /** Requests by campaign. */
  readonly counts = new Map<string, number>();
  sent = 0;
  warmMemory = 0;
  peakMemory = 0;
  /** Of memory, after the first tenth of the requests. */
  growth = 0;

  constructor(
    private readonly target: Target,
    private readonly attacker: Attacker,
    private readonly requests: number,
  ) {}

  async campaign({ name, attacks }: Campaign, random: Random): Promise<void> {
    const before = this.sent;
    let chunk: Attack[] = [];
    for (const attack of attacks(random, Math.max(0, this.requests - this.sent))) {
      chunk.push(attack);
      if (chunk.length < CHUNK) continue;
      await this.chunk(name, chunk);
      chunk = [];
      if (this.target.ended !== null) return;
    }
    await this.chunk(name, chunk);
    this.counts.set(name, this.sent - before);
    console.log(
      `${name.padEnd(18)} ${String(this.sent - before).padStart(7)} requests, ${mebibytes(this.target.memory())}`,
    );
  }

  /** Sends a chunk; where the events that are found are not those that were sent, sends one by one to find out why. */
  private async chunk(campaign: string, attacks: readonly Attack[]): Promise<void> {
    await this.target.reset();
    const answers = await this.sendAll(campaign, attacks);
    this.sent += attacks.length;
    if (this.target.ended !== null) {
      this.findings.push({
        campaign,
        attack: `one of ${attacks.map(({ name }) => name.slice(0, 80)).join(' | ')}`,
        problem: `the process ended (${String(this.target.ended)}): ${this.target.said.slice(-2_000)}`,
      });
      return;
    }
    this.peakMemory = Math.max(this.peakMemory, this.target.memory());
    if (this.warmMemory === 0 && this.sent > this.requests / 10) this.warmMemory = this.target.memory();
    if ((await this.misplaced(attacks, answers)) === null) return;
    for (const attack of attacks) {
      await this.target.reset();
      const problem = await this.misplaced([attack], await this.sendAll(campaign, [attack]));
      if (problem !== null) this.findings.push({ campaign, attack: attack.name, problem });
    }
  }

  private async sendAll(campaign: string, attacks: readonly Attack[]): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    const waiting = attacks.entries();
    const worker = async (): Promise<void> => {
      for (const [index, attack] of waiting) {
        const { answer, smuggled } = await this.attacker.send(attack);
        answers[index] = answer;
        this.answers.set(String(answer), (this.answers.get(String(answer)) ?? 0) + 1);
        const problem = problemOf(answer, smuggled);
        if (problem !== null) this.findings.push({ campaign, attack: attack.name, problem });
        if (this.target.ended !== null) return;
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    return answers;
  }

  /** How the reader of bodies judges JSONTestSuite. */
  async judgeTexts(): Promise<Verdicts> {
    const verdicts = await jsonVerdicts(this.target);
    for (const text of verdicts.wrong)
      this.findings.push({
        campaign: 'JSON texts',
        attack: text,
        problem: 'it is judged otherwise than it is',
      });
    return verdicts;
  }

  /** What all requests together did. */
  async lookBack(): Promise<void> {
    if (this.warmMemory > 0) this.growth = this.target.memory() - this.warmMemory;
    if (this.growth > MOST_GROWTH)
      this.tellOfAll(`memory grew by ${mebibytes(this.growth)} after the first tenth of the requests`);
    if (this.peakMemory > MOST_MEMORY) this.tellOfAll(`memory rose to ${mebibytes(this.peakMemory)}`);
    if (!(await this.target.isWell())) this.tellOfAll('the process is not well at the end');
  }

  /** Ends the process, which tells at its end what it shares with every object and no input may change. */
  async end(): Promise<void> {
    const isUp = this.target.ended === null;
    const changes = await this.target.stop();
    if (isUp && changes === null) this.tellOfAll('the process does not come to an orderly end');
    if (changes !== null && changes.length > 0)
      this.tellOfAll(`what all objects share was changed: ${changes.join(', ')}`);
  }

  private tellOfAll(problem: string): void {
    this.findings.push({ campaign: 'all', attack: 'all', problem });
  }

  /** Null when every accepted event is in exactly one place; or what is wrong. */
  private async misplaced(attacks: readonly Attack[], answers: readonly Answer[]): Promise<string | null> {
    const { total, good, bad } = await this.target.places();
    let least = 0;
    let most = 0;
    for (const [index, { events }] of attacks.entries()) {
      if (answers[index] !== 200) {
        if (events === 'any' || events === 'some') most = Infinity;
        continue;
      }
      least += events === 'any' ? 0 : events === 'some' ? 1 : events;
      most += typeof events === 'number' ? events : Infinity;
    }
    if (good + bad !== total)
      return `${String(good)} good and ${String(bad)} bad events are not ${String(total)}`;
    if (total < least || total > most)
      return `${String(total)} events were found, and ${least === most ? String(least) : `at least ${String(least)}`} were accepted`;
    return null;
  }
}

/** By this the collector puts off what would be too much in its memory now. Any other 5xx is a defect. */
const PUT_OFF = 503;

function problemOf(answer: Answer, smuggled: boolean): string | null {
  if (smuggled) return 'a request that was hidden in another one was answered';
  if (answer === 'silent') return `there was no answer in ${String(PATIENCE_MS / 1_000)} s`;
  if (typeof answer === 'number' && answer >= 500 && answer !== PUT_OFF)
    return `it was answered ${String(answer)}`;
  return null;
}

/**
 * Sends hostile requests to a sandbox and tells what was found.
 *
 * @param requests how many, over all campaigns
 */
export async function sendHostileRequests(
  campaigns: readonly Campaign[],
  requests: number,
  seed: number,
): Promise<RequestResults> {
  const target = await Target.start();
  const attacker = new Attacker(target.url);
  const run = new Run(target, attacker, requests);
  let verdicts: Verdicts;
  const started = performance.now();
  try {
    verdicts = await run.judgeTexts();
    for (const [index, campaign] of campaigns.entries())
      if (target.ended === null) await run.campaign(campaign, new Random(seed * 1_000 + index));
    if (target.ended === null) await run.lookBack();
  } finally {
    await attacker.close();
    await run.end();
  }
  const seconds = (performance.now() - started) / 1000;
  report(run, seconds, seed);
  return {
    seconds,
    campaigns: Object.fromEntries(run.counts),
    requests: run.sent,
    answers: Object.fromEntries([...run.answers].sort()),
    verdicts,
    findings: run.findings.length,
    peakMemoryMiB: Math.round(run.peakMemory / MiB),
  };
}

const MOST_SHOWN = 40;

function report(
  { findings, answers, sent, warmMemory, peakMemory, growth }: Run,
  seconds: number,
  seed: number,
): void {
  const kinds = [...answers].sort().map(([answer, count]) => `${answer}: ${String(count)}`);
  console.log(`answers: ${kinds.join(', ')}`);
  const sinceFirst =
    warmMemory > 0
      ? `, after the first tenth: ${mebibytes(warmMemory)}, growth since: ${mebibytes(growth)}`
      : '';
  console.log(`most memory: ${mebibytes(peakMemory)}${sinceFirst}`);
  for (const { campaign, attack, problem } of findings.slice(0, MOST_SHOWN))
    console.log(`FOUND (${campaign}, seed ${String(seed)}) ${attack.slice(0, 400)}\n      ${problem}`);
  if (findings.length > MOST_SHOWN)
    console.log(`… and ${String(findings.length - MOST_SHOWN)} findings more`);
  console.log(
    `${String(sent)} hostile requests in ${seconds.toFixed(0)} s, ${String(findings.length)} findings (seed ${String(seed)})`,
  );
}
