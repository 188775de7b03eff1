import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { debianBinary } from '@headwater/stack';
import { parse, stringify } from 'yaml';
import { tallyOf, type Case, type SuiteContext, type Tally } from '../verify/suite';

const folder = resolve(__dirname, '../../deploy/prometheus');
const RULES = 'headwater.rules.yaml';
const TESTS = 'headwater.rules.test.yaml';

/** Prometheus's own tool for rules. */
export const PROMTOOL = { name: 'promtool', package: 'prometheus' };

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
}
interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

/** Runs the tests of the alert rules with Prometheus's own engine, and again with each rule broken: something must notice. */
export async function verifyAlertRules({ scratch }: Pick<SuiteContext, 'scratch'>): Promise<Tally> {
  const promtool = await debianBinary(PROMTOOL, console.log);
  const shipped = readFileSync(join(folder, RULES), 'utf8');
  const rules = (parse(shipped) as Rules).groups.flatMap((group) => group.rules);
  cpSync(join(folder, TESTS), join(scratch, TESTS));

  /** Null where the tests pass under some rules, else what failed. */
  const test = (text: string): string | null => {
    writeFileSync(join(scratch, RULES), text);
    const { status, stdout, stderr } = spawnSync(promtool, ['test', 'rules', TESTS], {
      cwd: scratch,
      encoding: 'utf8',
    });
    return status === 0 ? null : `${stdout}${stderr}`;
  };
  const noticed = (name: string, broken: Rule): Case => ({
    name,
    run: () => {
      const failed = test(withRule(shipped, broken));
      if (failed === null) return `No test of ${TESTS} fails.`;
      return failed.includes(broken.alert) ? null : `It is another one that fails:\n${failed}`;
    },
  });
  return tallyOf([
    { name: 'the rules say what their tests say', run: () => test(shipped) },
    ...rules.map((rule) =>
      noticed(`${rule.alert}: it would be noticed if it never fired`, { ...rule, expr: 'vector(0) > 1' }),
    ),
    ...rules.flatMap(({ for: pause, ...rule }) =>
      pause === undefined ? [] : [noticed(`${rule.alert}: it would be noticed if it did not wait`, rule)],
    ),
  ]);
}

function withRule(text: string, rule: Rule): string {
  const { groups } = parse(text) as Rules;
  return stringify({
    groups: groups.map(({ name, rules }) => ({
      name,
      rules: rules.map((own) => (own.alert === rule.alert ? rule : own)),
    })),
  });
}
