import type { StageCounts } from '@headwater/contracts';
import { GAP, TOTAL } from '@headwater/stage';
import { z } from 'zod';
import { ALL_APPS, flow, isFlowStage, PAYLOADS, type FlowStage } from '../counts/tally';
import { atTime, capitalised, figure, nameOf } from '../incidents/words';
import { DAY, MINUTE } from '../time';
import { defineCheck, type CheckContext, type Finding, type Observation, type Watcher } from './check';

const config = z.object({
  graceMinutes: z
    .number()
    .positive()
    .default(10)
    .describe(
      'How long events may be on their way between two stages before they count as missing, minutes. What is missing within a stage is told at once.',
    ),
  toleratedEvents: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Difference in a window that is not worth an alert, events.'),
});
type Settings = z.infer<typeof config>;

/** What one stage counted in one window. */
interface Account {
  in: number;
  out: number;
  failed: number;
  dropped: number;
  payloadsIn: number;
}

type Accounts = ReadonlyMap<FlowStage, Account>;

/** An equation that must hold in every window. */
interface Equation {
  readonly aspect: string;
  /** Stage that owns a difference. */
  readonly stage: FlowStage;
  /** Stages that must have passed the window. */
  readonly needs: readonly FlowStage[];
  readonly scope: 'all apps' | 'each app' | 'both';
  readonly unit: string;
  /** More on the right than on the left is in order: the left side is counted in memory and may die with its process. */
  readonly surplusIsFine: boolean;
  readonly left: (accounts: Accounts) => number;
  readonly right: (accounts: Accounts) => number;
  readonly words: (left: string, right: string) => string;
}

const nothing: Account = { in: 0, out: 0, failed: 0, dropped: 0, payloadsIn: 0 };
const accountOf = (accounts: Accounts, stage: FlowStage): Account => accounts.get(stage) ?? nothing;

const within = (stage: FlowStage): Equation => ({
  aspect: 'within',
  stage,
  needs: [stage],
  scope: 'both',
  unit: stage === 'collector' ? 'payloads' : 'events',
  surplusIsFine: false,
  left: (accounts) => accountOf(accounts, stage).in,
  right: (accounts) => {
    const { out, failed, dropped } = accountOf(accounts, stage);
    return out + failed + dropped;
  },
  words: (left, right) => `the ${stage} took in ${left} and handed on, failed or dropped ${right}`,
});

const between = (from: FlowStage, to: FlowStage): Equation => ({
  aspect: `from_${from}`,
  stage: to,
  needs: [from, to],
  scope: 'each app',
  unit: 'events',
  surplusIsFine: false,
  left: (accounts) => accountOf(accounts, from).out,
  right: (accounts) => accountOf(accounts, to).in,
  words: (left, right) => `the ${from} handed on ${left}, the ${to} took in ${right}`,
});

/** Invariant 2 of the system: the accounting closes. The collector's unit is the payload; the enricher publishes the link. */
const equations: readonly Equation[] = [
  ...flow.map(within),
  {
    aspect: 'from_collector',
    stage: 'enricher',
    needs: ['collector', 'enricher'],
    scope: 'all apps',
    unit: 'payloads',
    surplusIsFine: true,
    left: (accounts) => accountOf(accounts, 'collector').out,
    right: (accounts) => accountOf(accounts, 'enricher').payloadsIn,
    words: (left, right) => `the collector handed on ${left}, the enricher took in ${right}`,
  },
  between('enricher', 'validator'),
  between('validator', 'loader'),
];

/** One window of one app, until all its equations are judged. */
interface Books {
  readonly appId: string;
  readonly at: number;
  touchedAt: number;
  readonly accounts: Map<FlowStage, Account>;
  readonly open: Set<Equation>;
}

/** Windows that did not close, by what the alert is about: a straggler may still make up for it. */
interface Differences {
  readonly equation: Equation;
  readonly books: Map<number, Books>;
}

/** Records that retention removed before a stage read them. */
interface Gap {
  readonly stage: FlowStage;
  /** Topic, partition and offsets, e.g. `valid-events/3/100-199`. */
  readonly source: string;
  readonly noticedAt: number;
}

/** Open books beyond this are given up, oldest first: about 50 MB. */
const MOST_BOOKS = 100_000;
const REMEMBERED = DAY;

/** For each app and window: in = out + failed + dropped in each stage, and what one hands on the next takes in. */
export const accounting = defineCheck({
  name: 'accounting',
  summary: 'Events are missing or too many within a stage or between two stages.',
  config,
  create: (settings, context) => new Accounting(settings, context),
});

class Accounting implements Watcher {
  private readonly books = new Map<string, Books>();
  private readonly differences = new Map<string, Differences>();
  private readonly gaps: Gap[] = [];
  constructor(
    private readonly settings: Settings,
    private readonly context: CheckContext,
  ) {}

  onCounts(counts: StageCounts, now: number): void {
    if (counts.series === GAP && isFlowStage(counts.stage) && isRange(counts.source))
      this.gaps.push({ stage: counts.stage, source: counts.source, noticedAt: counts.collector_tstamp });
    if (!isFlowStage(counts.stage) || !isCounted(counts)) return;
    const books = this.booksOf(counts.app_id, Math.floor(counts.collector_tstamp / this.context.windowMs));
    books.touchedAt = now;
    const account = books.accounts.get(counts.stage) ?? { ...nothing };
    books.accounts.set(counts.stage, account);
    // What comes after the stage was judged is judged as well.
    for (const equation of equations)
      if (equation.aspect === 'within' && equation.stage === counts.stage) books.open.add(equation);
    account.in += counts.in_count ?? 0;
    account.out += counts.out_count ?? 0;
    account.payloadsIn += counts.payloads_in ?? 0;
    for (const count of Object.values(counts.failed ?? {})) account.failed += count;
    for (const count of Object.values(counts.dropped ?? {})) account.dropped += count;
  }

  onTick(now: number): readonly Observation[] {
    const observations = this.gaps.splice(0).map(observationOf);
    for (const [key, books] of this.books) {
      for (const equation of books.open) {
        const ripe = this.isRipe(books, equation, now);
        if (ripe === 'no') continue;
        books.open.delete(equation);
        if (ripe === 'yes') observations.push(this.judge(books, equation));
      }
      if (books.open.size === 0) this.books.delete(key);
    }
    for (const [key, { books }] of this.differences) {
      for (const at of books.keys()) if (at < now - REMEMBERED) books.delete(at);
      if (books.size === 0) this.differences.delete(key);
    }
    return observations.sort((a, b) => a.at - b.at);
  }

  imbalance(): Readonly<Partial<Record<FlowStage, number>>> {
    const sums: Partial<Record<FlowStage, number>> = {};
    for (const { equation, books } of this.differences.values())
      for (const { accounts } of books.values()) {
        const difference = equation.right(accounts) - equation.left(accounts);
        if (difference === 0 || (difference > 0 && equation.surplusIsFine)) continue;
        sums[equation.stage] = (sums[equation.stage] ?? 0) + Math.abs(difference);
      }
    return sums;
  }

  private booksOf(appId: string, index: number): Books {
    const at = index * this.context.windowMs;
    const key = `${appId}\u001f${String(at)}`;
    const known = this.books.get(key) ?? this.unbalanced(appId, at);
    if (known) return known;
    const scope = appId === ALL_APPS ? 'all apps' : 'each app';
    const open = equations.filter((equation) => equation.scope === scope || equation.scope === 'both');
    const books: Books = { appId, at, touchedAt: 0, accounts: new Map(), open: new Set(open) };
    this.books.set(key, books);
    if (this.books.size > MOST_BOOKS) {
      const [oldest] = this.books.keys();
      if (oldest !== undefined) this.books.delete(oldest);
    }
    return books;
  }

  /** Books that were judged and did not close: what comes late still belongs to them. */
  private unbalanced(appId: string, at: number): Books | undefined {
    for (const equation of equations) {
      const books = this.differences.get(keyOf(appId, equation))?.books.get(at);
      if (books) return books;
    }
    return undefined;
  }

  private isRipe(
    { at, touchedAt, accounts }: Books,
    { needs }: Equation,
    now: number,
  ): 'yes' | 'no' | 'never' {
    const end = at + this.context.windowMs;
    const { progress } = this.context;
    const [only, ...others] = needs;
    // A summary of one stage holds both sides, so nothing that is still on its way can make up for a difference.
    if (only && others.length === 0 && accounts.has(only))
      return now >= end && progress.watermark(only, now) >= Math.min(end, progress.pipeline) ? 'yes' : 'no';
    const grace = this.settings.graceMinutes * MINUTE;
    if (now < Math.max(end, touchedAt) + grace) return 'no';
    if (needs.some((stage) => !progress.reporting.includes(stage))) return 'never';
    if (others.length === 0) return 'never';
    return needs.every((stage) => progress.watermark(stage, now) >= Math.min(end + grace, progress.pipeline))
      ? 'yes'
      : 'no';
  }

  private judge(books: Books, equation: Equation): Observation {
    const { appId, at } = books;
    const key = keyOf(appId, equation);
    const difference = equation.right(books.accounts) - equation.left(books.accounts);
    const matters =
      Math.abs(difference) > this.settings.toleratedEvents && !(difference > 0 && equation.surplusIsFine);
    if (matters) {
      const differences = this.differences.get(key) ?? { equation, books: new Map<number, Books>() };
      this.differences.set(key, differences);
      differences.books.set(at, books);
    }
    return {
      subject: { appId, stage: equation.stage, series: TOTAL, aspect: equation.aspect },
      at: at + this.context.windowMs,
      verdict: matters ? 'deviates' : 'ok',
      describe: () => this.describe(books, equation, matters),
    };
  }

  private describe({ appId, at, accounts }: Books, equation: Equation, matters: boolean): Finding {
    const [left, right] = [equation.left(accounts), equation.right(accounts)];
    const missing = left - right;
    const name = nameOf(appId, TOTAL);
    const figures = {
      observed: right,
      expected: left,
      low: left - this.settings.toleratedEvents,
      high: left + this.settings.toleratedEvents,
      unit: equation.unit,
      startedAt: at,
    };
    const sides = equation.words(figure(left), figure(right));
    if (matters)
      return {
        ...figures,
        severity: missing > 0 ? 'critical' : 'warning',
        summary: `${figure(Math.abs(missing))} ${equation.unit} of ${name} are ${missing > 0 ? 'missing' : 'too many'}: ${sides}; window of ${atTime(at)}.`,
        explanation:
          (equation.aspect === 'within'
            ? 'Both sides are counted by the stage itself, in the same summaries. '
            : `The counts of both sides for the same window of collector time, ${figure(this.settings.graceMinutes)} minutes after the later one came in. `) +
          'Next: compare the stages in the table stage_counts for this window; look for restarts of the stage in its log, and for a gap that it reported in its input.',
      };
    const outstanding = this.outstanding(appId, equation);
    return {
      ...figures,
      severity: 'warning',
      summary:
        outstanding === 0
          ? `The accounting of ${name} closes again, and what was missing has come: ${sides}.`
          : `${capitalised(name)} loses nothing more: ${sides}; a difference of ${figure(outstanding)} ${equation.unit} from before remains.`,
      explanation: 'Both sides have been equal since then.',
    };
  }

  private outstanding(appId: string, equation: Equation): number {
    let sum = 0;
    for (const { accounts } of this.differences.get(keyOf(appId, equation))?.books.values() ?? [])
      sum += Math.abs(equation.left(accounts) - equation.right(accounts));
    return sum;
  }
}

/** A gap is told once: what is gone does not come back, so nothing ends the alert but time. */
function observationOf({ stage, source, noticedAt }: Gap): Observation {
  const [, topic = '', partition = '', first = '', last = ''] = RANGE.exec(source) ?? [];
  const lost = Number(BigInt(last) - BigInt(first)) + 1;
  return {
    subject: { appId: ALL_APPS, stage, series: `${topic}/${partition}`, aspect: `${GAP} ${first}-${last}` },
    at: noticedAt,
    verdict: 'deviates',
    describe: () => ({
      startedAt: noticedAt,
      severity: 'critical',
      observed: lost,
      expected: 0,
      low: 0,
      high: 0,
      unit: 'offsets',
      summary: `Up to ${figure(lost)} records of ${topic} are lost: retention removed the offsets ${first} to ${last} of partition ${partition} before the ${stage} read them.`,
      explanation:
        'The stage found its committed offset below the start of the log. Some of the offsets may be markers of transactions, which hold no record. ' +
        'Next: give the topic more retention or the stage more replicas; the events can be sent again only from where they came from (see the runbook E_GAP).',
    }),
  };
}

const RANGE = /^(.+)\/(\d{1,10})\/(\d{1,19})-(\d{1,19})$/;
const isRange = (source: string | null): source is string => source !== null && RANGE.test(source);

const keyOf = (appId: string, { stage, aspect }: Equation): string => `${appId}\u001f${stage}\u001f${aspect}`;

/** Each unit once: an app's `total`, and of all apps the payloads of the collector and the enricher's link to them. */
const isCounted = ({ app_id, series }: StageCounts): boolean =>
  app_id === ALL_APPS ? series === TOTAL || series === PAYLOADS : series === TOTAL;
