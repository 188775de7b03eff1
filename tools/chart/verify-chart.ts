import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { nodeOptions, services } from '../pipeline/services';
import { pythonEnvironment } from '../python/environment';
import type { Tally } from '../verify/suite';
import { helmBinary } from './binaries';

const chart = resolve(__dirname, '../../deploy/helm/headwater');
const KUBERNETES = ['1.29', '1.31', '1.33', '1.35', '1.36'];
const MINIMAL = join(chart, 'ci/minimal-values.yaml');

interface Case {
  readonly name: string;
  /** Null when all is well, or what is wrong. */
  readonly run: () => string | null;
}

/** Lints the chart, renders it for every fixture and Kubernetes version, and holds the result against the Kubernetes schemas. */
export async function verifyChart(): Promise<Tally> {
  const helm = await helmBinary();
  const python = await pythonEnvironment(join(__dirname, 'requirements.txt'));
  const scratch = mkdtempSync(join(tmpdir(), 'headwater-chart-'));
  try {
    const fixtures = readdirSync(join(chart, 'ci')).map((file) => join(chart, 'ci', file));
    const cases = [
      ...fixtures.map((fixture) => lint(helm, fixture)),
      ...fixtures.flatMap((fixture) =>
        KUBERNETES.map((version) => render(helm, python, scratch, fixture, version)),
      ),
      ...refusals(helm),
      ...podRules(helm, fixtures),
      toldNode(helm),
    ];
    let failed = 0;
    for (const { name, run } of cases) {
      const problem = run();
      if (problem !== null) failed += 1;
      console.log(problem === null ? `ok      ${name}` : `FAILED  ${name}\n${problem}`);
    }
    return { passed: cases.length - failed, failed };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const nameOf = (fixture: string): string =>
  fixture.slice(fixture.lastIndexOf('/') + 1).replace('-values.yaml', '');

const template = (helm: string, ...args: readonly string[]): string =>
  execFileSync(helm, ['template', 'try', chart, '--kube-version', '1.33.0', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

function lint(helm: string, fixture: string): Case {
  return {
    name: `helm lint --strict with ${nameOf(fixture)}`,
    run: () => {
      const { status, stdout, stderr } = spawnSync(
        helm,
        ['lint', '--strict', chart, '-f', fixture, '--kube-version', '1.33.0'],
        { encoding: 'utf8' },
      );
      return status === 0 ? null : `${stdout}${stderr}`;
    },
  };
}

function render(helm: string, python: string, scratch: string, fixture: string, version: string): Case {
  return {
    name: `${nameOf(fixture)} is valid on Kubernetes ${version}`,
    run: () => {
      const file = join(scratch, `${nameOf(fixture)}-${version}.yaml`);
      writeFileSync(
        file,
        execFileSync(helm, ['template', 'try', chart, '-f', fixture, '--kube-version', `${version}.0`], {
          encoding: 'utf8',
        }),
      );
      const { status, stdout, stderr } = spawnSync(
        python,
        ['-m', 'kubernetes_validate', '-k', version, '--strict', file],
        { encoding: 'utf8' },
      );
      return status === 0 ? null : `${stdout}${stderr}`;
    },
  };
}

/** Values that must be refused, and the words that the refusal must hold. */
function refusals(helm: string): readonly Case[] {
  const wrong: readonly { name: string; values: readonly string[]; says: RegExp }[] = [
    { name: 'no brokers', values: ['kafka.brokers=null'], says: /kafka\.brokers is empty/ },
    { name: 'no registry', values: ['registry.url='], says: /registry\.url is empty/ },
    { name: 'no ClickHouse', values: ['clickhouse.url='], says: /clickhouse\.url is empty/ },
    {
      name: 'no pseudonym keys',
      values: ['pseudonym.existingSecret='],
      says: /pseudonym\.existingSecret is empty/,
    },
    {
      name: 'more in-sync replicas than replicas',
      values: ['topics.minInsyncReplicas=4'],
      says: /minInsyncReplicas is larger/,
    },
    {
      name: 'two quality monitors',
      values: ['qualityMonitor.replicas=2'],
      says: /qualityMonitor\.replicas is larger than 1/,
    },
    { name: 'an unknown value', values: ['colector.replicas=2'], says: /colector/ },
    { name: 'an unknown setting', values: ['enricher.config.LOG__LEVL=info'], says: /LOG__LEVL/ },
    { name: 'a wrong log level', values: ['enricher.config.LOG__LEVEL=loud'], says: /LOG__LEVEL/ },
    {
      name: 'an ingress without hosts',
      values: ['collector.ingress.enabled=true'],
      says: /collector\.ingress\.hosts is empty/,
    },
  ];
  return wrong.map(({ name, values, says }) => ({
    name: `${name} is refused with a sentence`,
    run: () => {
      try {
        template(helm, '-f', MINIMAL, ...values.flatMap((value) => ['--set', value]));
        return 'It was rendered.';
      } catch (error) {
        const text = String((error as { stderr?: unknown }).stderr);
        return says.test(text) ? null : `It said: ${text}`;
      }
    },
  }));
}

/** Some services are told something else than the image tells all: the same as in the pipeline that the tests run. */
function toldNode(helm: string): Case {
  return {
    name: 'Node is told the same about each service as in the pipeline that the tests run',
    run: () => {
      const said = template(helm, '-f', MINIMAL).match(/(?<=name: NODE_OPTIONS\n +value: ).*/g) ?? [];
      const meant = services
        .map(({ name }) => nodeOptions(name))
        .filter((options) => options !== nodeOptions());
      return said.join() === meant.join() ? null : `The chart says ${said.join(', ') || 'nothing'}.`;
    },
  };
}

/** What the pod standard "restricted" asks, held against every pod that is rendered. */
function podRules(helm: string, fixtures: readonly string[]): readonly Case[] {
  const rules: readonly { name: string; line: RegExp }[] = [
    { name: 'runs as non-root', line: /runAsNonRoot: true/g },
    { name: 'drops all capabilities', line: /drop: \[ALL\]/g },
    { name: 'forbids privilege escalation', line: /allowPrivilegeEscalation: false/g },
    { name: 'has a read-only root', line: /readOnlyRootFilesystem: true/g },
    { name: 'has the default seccomp profile', line: /type: RuntimeDefault/g },
  ];
  return fixtures.flatMap((fixture) =>
    [...rules, { name: 'mounts no token', line: /^ {6}automountServiceAccountToken: false/gm }].map(
      ({ name, line }) => ({
        name: `every pod of ${nameOf(fixture)} ${name}`,
        run: () => {
          const text = template(helm, '-f', fixture);
          const pods = text.match(/^kind: (Deployment|Job)$/gm)?.length ?? 0;
          const found = text.match(line)?.length ?? 0;
          return pods > 0 && found === pods ? null : `${found} of ${pods} pods have it.`;
        },
      }),
    ),
  );
}
