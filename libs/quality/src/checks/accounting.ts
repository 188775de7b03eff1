import type { StageCounts } from '@headwater/contracts';
import { GAP, TOTAL } from '@headwater/stage';
import { z } from 'zod';
import type { LinkName } from '../counts/link-watch';
import { ALL_APPS, flow, isFlowStage, PAYLOADS, type FlowStage } from '../counts/tally';
import { atTime, capitalised, figure, nameOf } from '../incidents/words';
import { DAY, MINUTE } from '../time';
import {
  defineCheck,
  type CheckContext,
  type Finding,
  type Observation,
  type Unaccounted,
  type Watcher,
} from './check';

const config = z.object({
  graceMinutes: z
    .number()
    .positive()
    .default(10)
    .describe(
      'How long events may be on their way between two stages before they count as missing, minutes: only where the brokers do not say how far the stages have read. Else what is missing is told at once.',
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
  /** Stages whose counts it holds against each other. */
  readonly needs: readonly FlowStage[];
  /** Way between its stages; null where both sides are of one stage. */
  readonly link: LinkName | null;
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
  link: null,
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

const between = (from: FlowStage, to: LinkName): Equation => ({
  aspect: `from_${from}`,
  stage: to,
  needs: [from, to],
  link: to,
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
    link: 'enricher',
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
  readonly accounts: Map<FlowStage, Account>;
  /** When the last summary of each stage was read. */
  readonly touchedAt: Map<FlowStage, number>;
  /** Equations in which something was counted since they were judged. */
  readonly open: Set<Equation>;
  /** Differences as they were judged; none where there was none. */
  readonly judged: Map<Equation, number>;
}

/**
 * Why a difference is no longer on its way: both sides are of the same summaries; what one stage handed on the other has
 * read and counted (or both sides are equal); or long enough was waited.
 */
type Proof = 'summaries' | 'positions' | 'patience';

/** A window that did not close: a straggler may still make up for it. */
interface Difference {
  readonly equation: Equation;
  readonly books: Books;
}

/** Records that a stage went on without: retention removed them, or somebody gave them up. */
interface Gap {
  readonly stage: FlowStage;
  /** Topic, partition and offsets, e.g. `valid-events/3/100-199`. */
  readonly source: string;
  readonly noticedAt: number;
}

/** Open books beyond this are given up, which is told, and differences forgotten, each oldest first: about 50 MB. */
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
  /** By what the alert is about and the window, in the order in which they were noticed. */
  private readonly differences = new Map<string, Difference>();
  private readonly gaps: Gap[] = [];
  readonly waitsFor = new Set<LinkName>();
  /** Books given up since the last tick, and whether an alert says so. */
  private givenUp = 0;
  private toldGivenUp = false;

  constructor(
    private readonly settings: Settings,
    private readonly context: CheckContext,
  ) {}

  onCounts(counts: StageCounts, now: number): void {
    if (counts.series === GAP && isFlowStage(counts.stage) && isRange(counts.source))
      this.gaps.push({ stage: counts.stage, source: counts.source, noticedAt: counts.collector_tstamp });
    if (!isFlowStage(counts.stage) || !isCounted(counts)) return;
    const books = this.booksOf(counts.app_id, Math.floor(counts.collector_tstamp / this.context.windowMs));
    books.touchedAt.set(counts.stage, now);
    const account = books.accounts.get(counts.stage) ?? { ...nothing };
    books.accounts.set(counts.stage, account);
    // What comes after an equation was judged is judged as well: it may bring the other side of what is still to come.
    for (const equation of equations)
      if (isAbout(equation, counts.app_id) && equation.needs.includes(counts.stage)) books.open.add(equation);
    account.in += counts.in_count ?? 0;
    account.out += counts.out_count ?? 0;
    account.payloadsIn += counts.payloads_in ?? 0;
    for (const count of Object.values(counts.failed ?? {})) account.failed += count;
    for (const count of Object.values(counts.dropped ?? {})) account.dropped += count;
  }

  onTick(now: number): readonly Observation[] {
    const observations = this.gaps.splice(0).map(observationOf);
    this.waitsFor.clear();
    for (const [key, books] of this.books) {
      for (const equation of books.open) {
        const proof = this.proofOf(books, equation, now);
        if (proof === null) continue;
        books.open.delete(equation);
        const observation = proof === 'none' ? null : this.judge(books, equation, proof);
        if (observation) observations.push(observation);
      }
      if (books.open.size === 0) this.books.delete(key);
    }
    for (const [key, { books }] of this.differences)
      if (books.at < now - REMEMBERED || this.differences.size > MOST_BOOKS) this.differences.delete(key);
    if (this.givenUp > 0 || this.toldGivenUp) observations.push(this.overload(now));
    return observations.sort((a, b) => a.at - b.at);
  }

  imbalance(): readonly Unaccounted[] {
    const sums = new Map<string, Unaccounted>();
    for (const { equation, books } of this.differences.values()) {
      const difference = differenceIn(books.accounts, equation);
      if (difference === 0 || (difference > 0 && equation.surplusIsFine)) continue;
      const [{ stage }, { appId }] = [equation, books];
      const key = `${stage}\u001f${appId}`;
      sums.set(key, { stage, appId, units: (sums.get(key)?.units ?? 0) + Math.abs(difference) });
    }
    return [...sums.values()];
  }

  /** Says that windows are no longer watched over; and once that they are again. */
  private overload(now: number): Observation {
    const count = this.givenUp;
    this.givenUp = 0;
    this.toldGivenUp = count > 0;
    return {
      subject: { appId: ALL_APPS, stage: 'quality_monitor', series: TOTAL, aspect: 'given_up' },
      at: now,
      verdict: count > 0 ? 'deviates' : 'ok',
      describe: () => ({
        startedAt: now,
        severity: 'warning',
        observed: count,
        expected: 0,
        low: 0,
        high: 0,
        unit: 'windows',
        summary:
          count > 0
            ? `The accounting of ${figure(count)} windows was given up unjudged: more than ${figure(MOST_BOOKS)} were open.`
            : 'The accounting follows every window again.',
        explanation:
          'Each app has one for each minute, open until what it handed on has been counted by the next stage. ' +
          'Next: look for a stage that is far behind (lag of its group), or for far more apps than you know (app registry).',
      }),
    };
  }

  private booksOf(appId: string, index: number): Books {
    const at = index * this.context.windowMs;
    const key = `${appId}\u001f${String(at)}`;
    const books: Books = this.books.get(key) ??
      this.unbalanced(appId, at) ?? {
        appId,
        at,
        accounts: new Map(),
        touchedAt: new Map(),
        open: new Set(),
        judged: new Map(),
      };
    this.books.set(key, books);
    if (this.books.size > MOST_BOOKS) {
      const [oldest] = this.books.keys();
      if (oldest !== undefined && this.books.delete(oldest)) this.givenUp += 1;
    }
    return books;
  }

  /** Books that were judged and did not close: what comes late still belongs to them. */
  private unbalanced(appId: string, at: number): Books | undefined {
    for (const equation of equations) {
      const difference = this.differences.get(keyOf(appId, equation, at));
      if (difference) return difference.books;
    }
    return undefined;
  }

  /** Null while the equation must wait; `none` where it can never be judged. */
  private proofOf(books: Books, equation: Equation, now: number): Proof | 'none' | null {
    const { at, accounts, touchedAt } = books;
    const { needs, link, stage } = equation;
    const { progress, links } = this.context;
    const end = at + this.context.windowMs;
    if (now < end) return null;
    // A summary of one stage holds both sides, so nothing that is still on its way can make up for a difference.
    if (link === null)
      return progress.watermark(stage, now) >= Math.min(end, progress.pipeline) ? 'summaries' : null;
    const difference = differenceIn(accounts, equation);
    if (difference === (books.judged.get(equation) ?? 0)) return 'positions';

    const touched = Math.max(...needs.map((each) => touchedAt.get(each) ?? Number.NEGATIVE_INFINITY));
    const grace = this.settings.graceMinutes * MINUTE;
    const isReported = needs.every((each) => progress.reporting.includes(each));
    // What is counted in memory comes after what it counts, and says nothing of how much is still to come.
    if (isReported && !(difference > 0 && equation.surplusIsFine)) {
      if (links.passed(link) >= touched) return 'positions';
      this.waitsFor.add(link);
      if (now - links.heardAt(link) < grace) return null;
    }
    if (now < Math.max(end, touched) + grace) return null;
    if (!isReported) return 'none';
    return needs.every((each) => progress.watermark(each, now) >= Math.min(end + grace, progress.pipeline))
      ? 'patience'
      : null;
  }

  /** Null where nothing has changed since it was judged before. */
  private judge(books: Books, equation: Equation, proof: Proof): Observation | null {
    const { appId, at } = books;
    const difference = differenceIn(books.accounts, equation);
    const before = books.judged.get(equation) ?? 0;
    if (difference === 0) books.judged.delete(equation);
    else books.judged.set(equation, difference);
    if (difference !== 0 && difference === before) return null;
    const matters =
      Math.abs(difference) > this.settings.toleratedEvents && !(difference > 0 && equation.surplusIsFine);
    if (matters) this.differences.set(keyOf(appId, equation, at), { equation, books });
    // A part of what was missing has come: that is no loss.
    const isLess = difference * before > 0 && Math.abs(difference) < Math.abs(before);
    const deviates = matters && !isLess;
    return {
      subject: { appId, stage: equation.stage, series: TOTAL, aspect: equation.aspect },
      at: at + this.context.windowMs,
      verdict: deviates ? 'deviates' : 'ok',
      describe: () => this.describe(books, equation, deviates ? proof : null),
    };
  }

  /** @param proof why what differs is no longer on its way; null where all is well */
  private describe({ appId, at, accounts }: Books, equation: Equation, proof: Proof | null): Finding {
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
    if (proof !== null)
      return {
        ...figures,
        severity: missing > 0 ? 'critical' : 'warning',
        summary: `${figure(Math.abs(missing))} ${equation.unit} of ${name} are ${missing > 0 ? 'missing' : 'too many'}: ${sides}; window of ${atTime(at)}.`,
        explanation:
          this.reasonOf(proof, equation) +
          ' Next: compare the stages in the table stage_counts for this window; look for restarts of the stage in its log, and for a gap that it reported in its input.',
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

  private reasonOf(proof: Proof, { stage }: Equation): string {
    switch (proof) {
      case 'summaries':
        return 'Both sides are counted by the stage itself, in the same summaries.';
      case 'positions':
        return `The ${stage} has read everything that was handed on to it and all that it counted is in: nothing of this window is still on its way.`;
      case 'patience':
        return `The counts of both sides for the same window of collector time, ${figure(this.settings.graceMinutes)} minutes after the later one came in; the brokers did not say how far the stage has read.`;
    }
  }

  private outstanding(appId: string, equation: Equation): number {
    let sum = 0;
    for (const { equation: own, books } of this.differences.values())
      if (own === equation && books.appId === appId) sum += Math.abs(differenceIn(books.accounts, equation));
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
      summary: `Up to ${figure(lost)} records of ${topic} are lost: the ${stage} went on without the offsets ${first} to ${last} of partition ${partition}.`,
      explanation:
        'Either retention removed them before the stage read them, or it could not read them and was told to give them up (KAFKA__SKIP_BATCHES): its log says which. ' +
        'Some of the offsets may be markers of transactions, which hold no record. ' +
        'Next: see the runbook E_GAP; the events can be sent again only from where they came from.',
    }),
  };
}

const RANGE = /^(.+)\/(\d{1,10})\/(\d{1,19})-(\d{1,19})$/;
const isRange = (source: string | null): source is string => source !== null && RANGE.test(source);

/** Units that are too many; below 0: that are missing. */
const differenceIn = (accounts: Accounts, { left, right }: Equation): number =>
  right(accounts) - left(accounts);

const isAbout = ({ scope }: Equation, appId: string): boolean =>
  scope === 'both' || scope === (appId === ALL_APPS ? 'all apps' : 'each app');

const keyOf = (appId: string, { stage, aspect }: Equation, at: number): string =>
  `${appId}\u001f${stage}\u001f${aspect}\u001f${String(at)}`;

/** Each unit once: an app's `total`, and of all apps the payloads of the collector and the enricher's link to them. */
const isCounted = ({ app_id, series }: StageCounts): boolean =>
  app_id === ALL_APPS ? series === TOTAL || series === PAYLOADS : series === TOTAL;
