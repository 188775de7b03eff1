import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parse } from 'yaml';

const root = resolve(__dirname, '../..');
const textOf = (file: string): string => readFileSync(resolve(root, file), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const { groups } = parse(textOf('deploy/prometheus/headwater.rules.yaml')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
/** The tests that promtool runs (suite "alert rules"), by the rule that each moment is about. */
const { tests } = parse(textOf('deploy/prometheus/headwater.rules.test.yaml')) as {
  readonly tests: readonly {
    readonly alert_rule_test?: readonly {
      readonly alertname: string;
      readonly exp_alerts?: readonly object[];
    }[];
  }[];
};
const moments = tests.flatMap((test) => test.alert_rule_test ?? []);
const code = globSync(['libs/*/src/**/*.ts', 'services/*/src/**/*.ts'], { cwd: root })
  .filter((file) => !/\.(spec|kafka|clickhouse|fixture)\.ts$|\/testing\//.test(file))
  .map(textOf);

/** Metrics that a text names, as the program calls them. */
const metricsIn = (text: string): readonly string[] => [
  ...new Set(
    [...text.matchAll(/\bheadwater_[a-z_]+/g)].map(([name]) => name.replace(/_(?:count|sum|bucket)$/, '')),
  ),
];

/** The label by which Prometheus puts the check of an alert into its runbook. */
const CHECK = '{{ $labels.check }}';
const checks = globSync('libs/quality/src/checks/!(index).spec.ts', { cwd: root }).map((file) =>
  basename(file, '.spec.ts').replaceAll('-', '_'),
);
/** Where a rule leads to: one page, or one for each check. */
const pagesOf = ({ annotations: { runbook } }: Rule): readonly string[] =>
  runbook.includes(CHECK) ? checks.map((check) => runbook.replace(CHECK, check)) : [runbook];

describe('the alert rules', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s is whole, and leads to a runbook',
    (name, rule) => {
      expect(name).toMatch(/^Headwater[A-Za-z]+$/);
      expect(rule.labels.severity).toMatch(/^(page|ticket)$/);
      expect(rule.for ?? '1m').toMatch(/^\d+[smh]$/);
      expect(rule.annotations.summary).toMatch(/\w.*\.$/);
      expect(pagesOf(rule)).not.toEqual([]);
      expect(pagesOf(rule).filter((page) => !existsSync(resolve(root, page)))).toEqual([]);
      expect(metricsIn(rule.expr)).not.toEqual([]);
      for (const metric of metricsIn(rule.expr))
        expect([metric, code.some((text) => text.includes(`'${metric}'`))]).toEqual([metric, true]);
      for (const [open, close] of ['()', '[]', '{}'])
        expect(rule.expr.split(open ?? '').length).toBe(rule.expr.split(close ?? '').length);
    },
  );

  it.each(rules.flatMap((rule) => pagesOf(rule).map((page) => [rule.alert, page, rule] as const)))(
    '%s leads to %s, which knows it and what it is made of',
    (alert, page, { expr }) => {
      const text = textOf(page);
      expect([alert, ...metricsIn(expr)].filter((name) => !text.includes(name))).toEqual([]);
    },
  );

  it('are all in the index of the runbooks, with the page that they lead to', () => {
    const rows = textOf('docs/runbooks/README.md').split('\n');
    const missing = rules.filter(
      (rule) =>
        !rows.some(
          (row) =>
            row.includes(`\`${rule.alert}\``) &&
            pagesOf(rule).every((page) => row.includes(`(${basename(page)})`)),
        ),
    );
    expect(missing.map(({ alert }) => alert)).toEqual([]);
  });

  it('have names of their own', () => {
    const names = rules.map(({ alert }) => alert);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each(rules.map(({ alert }) => alert))(
    '%s is put to the test while it is silent and while it fires',
    (alert) => {
      const fires = moments
        .filter(({ alertname }) => alertname === alert)
        .map(({ exp_alerts: expected = [] }) => expected.length > 0);
      expect(new Set(fires)).toEqual(new Set([false, true]));
    },
  );

  it('call a country database old after as many days as the doctor does', () => {
    const doctor = /COUNTRIES_OLD_DAYS = (\d+)/.exec(textOf('services/cli/src/doctor/country-age.ts'))?.[1];
    const { expr = '' } = rules.find(({ alert }) => alert === 'HeadwaterCountriesOld') ?? {};
    expect(/> (\d+) \* 86400/.exec(expr)?.[1]).toBe(doctor);
  });

  it('are about everything that the table of what to watch pages for', () => {
    const table = textOf('docs/how-to/operate.md').split('## What to watch')[1]?.split('\n## ')[0] ?? '';
    const rows = table.split('\n').filter((row) => row.startsWith('| ') && !row.includes('never pages'));
    const wanted = rows.flatMap(metricsIn);
    const ruled = new Set(rules.flatMap(({ expr }) => metricsIn(expr)));
    expect(wanted.length).toBeGreaterThan(10);
    expect(wanted.filter((metric) => !ruled.has(metric))).toEqual([]);
  });
});
