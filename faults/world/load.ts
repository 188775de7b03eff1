import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnCli } from '@headwater/pipeline';
import type { Endpoints } from '@headwater/stack';
import { z } from 'zod';

const START_MS = 60_000;

/** What `headwater verify check --json` reports, as far as the fault suite reads it. */
const verification = z.object({
  sent: z.object({
    events: z.number(),
    accepted: z.number(),
    rejected: z.number(),
    refused: z.number(),
    unknown: z.number(),
  }),
  totals: z.object({
    lost: z.number(),
    duplicated: z.number(),
    both: z.number(),
    phantom: z.number(),
    corrupt: z.number(),
    misrouted: z.number(),
    leaked: z.number(),
    disordered: z.number(),
    imbalance: z.number(),
    stuck: z.number(),
  }),
  invariants: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      verdict: z.enum(['holds', 'broken', 'unverified', 'not checked']),
      violations: z.number(),
      examples: z.array(z.string()),
      note: z.string().optional(),
    }),
  ),
  verdict: z.string(),
});
export type Verification = z.infer<typeof verification>;

export interface LoadOptions {
  readonly collectorUrl: string;
  readonly endpoints: Endpoints;
  /** Folder of the ledger. */
  readonly ledger: string;
  readonly app: string;
  readonly seed: number;
  /** Events a second. */
  readonly rate: number;
}

/** What a check looks at besides the events. */
export interface Looks {
  /** Files and folders that may hold no address. */
  readonly scan: readonly string[];
  /** Addresses whose answers may hold none. */
  readonly metrics: readonly string[];
  readonly settleSeconds: number;
  /** Checks of the quality monitor that must have raised an alert, and those that must not; `*`: none may. */
  readonly alerts: readonly string[];
  readonly noAlerts: readonly string[];
}

/** `headwater verify` at work, as a user would run it: a process that sends labelled events, and one that then looks for them. */
export class Load {
  private accepted = 0;

  private constructor(
    private readonly options: LoadOptions,
    private readonly child: ReturnType<typeof spawnVerify>,
    private readonly ended: Promise<number>,
  ) {}

  static start(options: LoadOptions): Load {
    const { collectorUrl, ledger, app, seed, rate } = options;
    const child = spawnVerify(options.endpoints, [
      'load',
      ...['--collector', collectorUrl, '--ledger', ledger, '--app', app],
      ...['--seed', String(seed), '--rate', String(rate), '--seconds', '86400', '--json'],
    ]);
    const ended = once(child, 'exit').then(([code]) => (code as number | null) ?? 137);
    const load = new Load(options, child, ended);
    createInterface({ input: child.stdout }).on('line', (line) => {
      load.accepted = acceptedOf(line) ?? load.accepted;
    });
    return load;
  }

  /** Resolves once the first events are accepted. @throws when none are in a minute, or the sender has ended */
  async running(): Promise<void> {
    const deadline = performance.now() + START_MS;
    while (this.accepted === 0) {
      if (this.child.exitCode !== null || performance.now() > deadline)
        throw new Error(`headwater verify load accepted nothing within a minute: ${this.child.said()}`);
      await sleep(100);
    }
  }

  /** Events that the collector has accepted so far. */
  get acceptedEvents(): number {
    return this.accepted;
  }

  /** Lets what is on its way end, and stops sending. @throws when the sender failed */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const code = await this.ended;
    if (code !== 0) throw new Error(`headwater verify load ended with ${code}: ${this.child.said()}`);
  }

  /** Ends it at once; for when something else went wrong. */
  async abandon(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Looks for every event in the dead letters and in ClickHouse, for addresses in logs and metrics, and for alerts. */
  async check({ scan, metrics, settleSeconds, alerts, noAlerts }: Looks): Promise<Verification> {
    const child = spawnVerify(this.options.endpoints, [
      'check',
      ...['--ledger', this.options.ledger, '--settle', String(settleSeconds), '--json'],
      ...scan.flatMap((path) => ['--scan', path]),
      ...metrics.flatMap((url) => ['--metrics', url]),
      ...alerts.flatMap((check) => ['--expect-alert', check]),
      ...noAlerts.flatMap((check) => ['--expect-no-alert', check]),
    ]);
    const [said, [code]] = await Promise.all([
      text(child.stdout),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    try {
      return verification.parse(JSON.parse(said));
    } catch (error) {
      throw new Error(
        `headwater verify check ended with ${String(code)} and no report: ${said.slice(-500)} ${child.said()}`,
        { cause: error },
      );
    }
  }
}

function spawnVerify(endpoints: Endpoints, args: readonly string[]) {
  let said = '';
  const child = spawnCli(endpoints, ['verify', ...args]);
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-4_000);
  });
  return Object.assign(child, { said: () => said });
}

function acceptedOf(line: string): number | null {
  try {
    const { accepted } = JSON.parse(line) as { accepted?: unknown };
    return typeof accepted === 'number' ? accepted : null;
  } catch {
    return null;
  }
}
