import { reasonOf, type Check } from '../check';
import { countryAge, NEWER_COUNTRIES } from '../country-age';
import { ok, problem, warning, type Finding } from '../finding';
import type { HttpAnswer, Installation } from '../installation';

export const services: Check = {
  name: 'services',
  summary: 'each answers, is ready, has no partition that stands still and no old country database',
  runbook: 'service_not_ready',
  applies: ({ services: urls }) => urls.length > 0,
  run: async (installation) => {
    const looked = await Promise.all(installation.services.map((url) => lookAt(installation, url)));
    const versions = new Map(
      looked.flatMap(({ url, version }) => (version === null ? [] : [[url, version]])),
    );
    return [
      ...looked.flatMap(({ findings }) => findings),
      ...(new Set(versions.values()).size > 1
        ? [
            warning(
              'versions',
              [...versions].map(([url, version]) => `${url} is ${version}`).join(', '),
              'During a rolling upgrade that is in order; otherwise finish it.',
            ),
          ]
        : []),
    ];
  },
};

interface Looked {
  readonly url: string;
  readonly version: string | null;
  readonly findings: readonly Finding[];
}

async function lookAt({ get, now }: Installation, url: string): Promise<Looked> {
  const subject = `service ${url}`;
  try {
    const [live, ready, metrics] = await Promise.all(
      ['/health/live', '/health/ready', '/metrics'].map((path) => get(`${url}${path}`)),
    );
    const findings = [
      ...healthOf(subject, live, 'is not alive', 'Kubernetes restarts it; its log names the cause.'),
      ...healthOf(subject, ready, 'is not ready', 'It waits for what it names, and goes on by itself.'),
      ...(metrics?.status === 200
        ? [...seriesOf(subject, metrics.body), ...countriesOf(url, metrics.body, now())]
        : [refused(subject, metrics)]),
    ];
    return {
      url,
      version: /headwater_build_info\{[^}]*version="([^"]+)"/.exec(metrics?.body ?? '')?.[1] ?? null,
      findings:
        findings.length === 0 ? [ok(subject, 'It is alive and ready, and nothing stands still.')] : findings,
    };
  } catch (error) {
    const next = 'Start it, or correct the address given with --service.';
    return {
      url,
      version: null,
      findings: [problem(subject, `It does not answer (${reasonOf(error)}).`, next)],
    };
  }
}

function healthOf(
  subject: string,
  answer: HttpAnswer | undefined,
  what: string,
  next: string,
): readonly Finding[] {
  if (answer?.status === 200) return [];
  const reasons = reasonsIn(answer?.body ?? '');
  return [
    problem(subject, `It ${what} (${String(answer?.status)})${reasons === '' ? '.' : `: ${reasons}`}`, next),
  ];
}

/** `{"reasons": {"clickhouse": "…"}}` as words; empty when it is something else. */
function reasonsIn(body: string): string {
  try {
    const { reasons } = JSON.parse(body) as { readonly reasons?: Readonly<Record<string, unknown>> };
    return Object.entries(reasons ?? {})
      .map(([part, reason]) => `${part}: ${String(reason)}`)
      .join(' ');
  } catch {
    return '';
  }
}

const refused = (subject: string, answer: HttpAnswer | undefined): Finding =>
  warning(
    subject,
    `Its metrics were not given (${String(answer?.status)}).`,
    answer?.status === 401 || answer?.status === 403
      ? 'Set ADMIN__TOKEN (or ADMIN__TOKEN_FILE) to the token of the installation.'
      : 'Check that the address is the one of the service itself.',
  );

interface Signal {
  readonly metric: string;
  readonly tell: (value: number) => Omit<Finding, 'subject'>;
}

/** Series that say that something is wrong when they are above zero. */
const signals: readonly Signal[] = [
  {
    metric: 'headwater_stalled_partitions',
    tell: (count) => ({
      state: 'problem',
      seen: `${String(count)} partitions have records and make no progress for a minute.`,
      next: 'Read its log for the topic and partition; if it says nothing, restart the pod.',
      runbook: 'lag',
    }),
  },
  {
    metric: 'headwater_waiting_partitions',
    tell: (count) => ({
      state: 'warning',
      seen: `${String(count)} partitions wait for something that is broken.`,
      next: 'Its log names it (code E_…), and the runbook of that code says whether they go on by themselves.',
      runbook: 'lag',
    }),
  },
  {
    metric: 'headwater_poisoned_partitions',
    tell: (count) => ({
      state: 'problem',
      seen: `${String(count)} partitions stand before a record batch that cannot be read.`,
      next: 'They do not go on by themselves: its log names the batch, and the page says what can be decided.',
      runbook: 'E_POISON_BATCH',
    }),
  },
  {
    metric: 'headwater_gap_records_total',
    tell: (count) => ({
      state: 'problem',
      seen: `${String(count)} records were removed by retention before they were read (since its start).`,
      next: 'Its log names the ranges.',
      runbook: 'E_GAP',
    }),
  },
];

const seriesOf = (subject: string, metrics: string): readonly Finding[] =>
  signals.flatMap(({ metric, tell }) => {
    const total = sumOf(metric, metrics);
    return total > 0 ? [{ subject, ...tell(total) }] : [];
  });

/** The one that an enricher reads, which need not be the one of this machine. Zero is one that was not read yet. */
function countriesOf(url: string, metrics: string, now: number): readonly Finding[] {
  const built = sumOf('headwater_geo_db_build_timestamp_seconds', metrics) * 1_000;
  if (built === 0) return [];
  const { isOld, words } = countryAge(built, now);
  return isOld
    ? [warning(`country database of ${url}`, `${words}.`, NEWER_COUNTRIES, 'E_COUNTRY_DATABASE_UNAVAILABLE')]
    : [];
}

/** Sum over all label sets of a metric in Prometheus's text format. */
function sumOf(metric: string, text: string): number {
  const lines = text.matchAll(new RegExp(`^${metric}(?:\\{[^\\n]*\\})? (\\S+)`, 'gm'));
  return [...lines].reduce((total, [, value]) => total + Number(value), 0);
}
