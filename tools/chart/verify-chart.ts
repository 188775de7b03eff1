import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { nodeOptions, services } from '../pipeline/services';
import { pythonEnvironment } from '../python/environment';
import { tallyOf, type Case, type Tally } from '../verify/suite';
import { helmBinary } from './binaries';

const chart = resolve(__dirname, '../../deploy/helm/headwater');
const KUBERNETES = ['1.29', '1.31', '1.33', '1.35', '1.36'];
const MINIMAL = join(chart, 'ci/minimal-values.yaml');

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
      idsOfSchemas(helm),
      seedOfIds(helm),
      nothingMore(helm),
      ...jobExtras(helm),
      alertRules(helm),
      ...signingIn(helm),
      ...edges(helm),
    ];
    return await tallyOf(cases);
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

/** Null when an object of the chart says all of it, or what it does not say. */
function lacks(object: string | undefined, lines: readonly (string | RegExp)[]): string | null {
  const missing = lines.filter((line) =>
    typeof line === 'string' ? object?.includes(line) !== true : !line.test(object ?? ''),
  );
  return missing.length === 0 ? null : `There is no ${missing.join(', no ')} in ${object ?? 'nothing'}.`;
}

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
      name: 'SASL without a secret',
      values: ['kafka.sasl.mechanism=scram-sha-512'],
      says: /kafka\.users\.collector\.existingSecret is empty/,
    },
    {
      name: 'passwords in the clear',
      values: ['kafka.sasl.mechanism=plain'],
      says: /kafka\.tls\.enabled is false/,
    },
    {
      name: 'a job that gives rights, without the secret of its user',
      values: [
        'kafka.sasl.mechanism=scram-sha-512',
        'jobs.acls.enabled=true',
        ...['collector', 'enricher', 'validator', 'loader', 'qualityMonitor', 'jobs'].map(
          (user) => `kafka.users.${user}.existingSecret=kafka`,
        ),
      ],
      says: /kafka\.users\.admin\.existingSecret is empty/,
    },
    { name: 'a password among the values', values: ['kafka.users.loader.password=x'], says: /password/ },
    { name: 'a token among the values', values: ['collector.config.ADMIN__TOKEN=x'], says: /ADMIN__TOKEN/ },
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

/** A container that starts again while the registry is down finds the ids of schemas in its own folder. */
function idsOfSchemas(helm: string): Case {
  return {
    name: 'each service keeps the ids of schemas where it may write, unless it is told another place',
    run: () => {
      const files = (...args: readonly string[]): readonly string[] =>
        template(helm, '-f', MINIMAL, ...args).match(/(?<=^ {2}REGISTRY__IDS_FILE: ).*/gm) ?? [];
      const usual = '"/tmp/schema-ids.json"';
      const said = [
        ...files(),
        '|',
        ...files('--set', 'loader.config.REGISTRY__IDS_FILE=/ids/loader.json'),
      ].join(' ');
      const wanted = [...services.map(() => usual), '|', ...services.slice(1).map(() => usual)].join(' ');
      return said.replace(' "/ids/loader.json"', '') === wanted ? null : `The chart says ${said}.`;
    },
  };
}

/** A pod that is made anew while the registry is down finds the ids of schemas in a ConfigMap. */
function seedOfIds(helm: string): Case {
  return {
    name: 'each service is given the seed of ids that is named, to read only',
    run: () => {
      const args = [
        '--set',
        'registry.idsSeedConfigMap=ids-of-july',
        '--set',
        'registry.idsSeedKey=ids.json',
      ];
      const told = template(helm, '-f', MINIMAL, ...args).match(/^ {2}REGISTRY__IDS_SEED_FILE: .*/gm) ?? [];
      const wanted = services.map(() => '  REGISTRY__IDS_SEED_FILE: "/etc/headwater/schema-ids/seed.json"');
      if (told.join() !== wanted.join()) return `The chart says ${told.join() || 'nothing'}.`;
      const pods = podsOf(helm, MINIMAL, ...args);
      for (const { name } of services) {
        const problem = lacks(pods.get(name), [
          /configMap:\n\s+name: ids-of-july\n\s+items:\n\s+- key: ids\.json\n\s+path: seed\.json/,
          /name: schema-ids\n\s+mountPath: \/etc\/headwater\/schema-ids\n\s+readOnly: true/,
        ]);
        if (problem !== null) return `${name}: ${problem}`;
      }
      return null;
    },
  };
}

function nothingMore(helm: string): Case {
  return {
    name: 'neither a seed of ids nor authorities are there without being asked for',
    run: () =>
      /schema-ids:|IDS_SEED|NODE_EXTRA_CA_CERTS|extra-ca/.exec(template(helm, '-f', MINIMAL))?.[0] ?? null,
  };
}

/** Whatever a cluster asks of every pod, jobs can be given as well. */
function jobExtras(helm: string): readonly Case[] {
  return ['topics', 'schemas', 'migrate'].map((job) => ({
    name: `the job ${job} takes variables and volumes`,
    run: () =>
      lacks(podsOf(helm, join(chart, 'ci/full-values.yaml')).get(job), [
        /name: LOG__LEVEL\n\s+value: debug/,
        /envFrom:\n\s+- secretRef:\n\s+name: job-extra/,
        /mountPath: \/proxy\n\s+name: proxy/,
        /emptyDir: \{\}\n\s+name: proxy/,
      ]),
  }));
}

/** Helm reads no file outside of its chart, so that the chart has a copy of the rules. */
function alertRules(helm: string): Case {
  return {
    name: 'the alert rules are those of deploy/prometheus, and there only when asked for',
    run: () => {
      const rules = (...args: readonly string[]): readonly PrometheusRule[] =>
        parseAllDocuments(template(helm, '-f', MINIMAL, ...args))
          .map((document) => document.toJS() as PrometheusRule)
          .filter(({ kind }) => kind === 'PrometheusRule');
      if (rules().length > 0) return 'They are there without being asked for.';
      const [found] = rules(
        ...['--set', 'monitoring.prometheusRule.enabled=true'],
        ...['--set', 'monitoring.prometheusRule.labels.release=prometheus'],
      );
      const source: unknown = parse(
        readFileSync(resolve(__dirname, '../../deploy/prometheus/headwater.rules.yaml'), 'utf8'),
      );
      if (!isDeepStrictEqual(found?.spec, source)) return `They are ${JSON.stringify(found?.spec)}.`;
      return found?.metadata.labels['release'] === 'prometheus' ? null : 'They lack the label.';
    },
  };
}

interface PrometheusRule {
  readonly kind: string;
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: unknown;
}

/** The pods of a fixture, by the name of their program. */
function podsOf(helm: string, fixture: string, ...args: readonly string[]): ReadonlyMap<string, string> {
  const text = template(helm, '-f', fixture, ...args);
  const pods = text.split(/^---$/m).filter((object) => /^kind: (Deployment|Job)$/m.test(object));
  return new Map(pods.map((pod) => [/args: \[(?:jobs, )?"([\w-]+)"\]/.exec(pod)?.[1] ?? '', pod]));
}

/** Those of the fixture in which everybody signs in. */
const securedPods = (helm: string): ReadonlyMap<string, string> =>
  podsOf(helm, join(chart, 'ci/secured-values.yaml'));

/** Each program gets its own passwords, as files, and those of nobody else. */
function signingIn(helm: string): readonly Case[] {
  const secrets: Readonly<Record<string, readonly string[]>> = {
    collector: ['company-ca', 'headwater-admin', 'kafka-cluster-ca', 'kafka-collector', 'registry'],
    enricher: [
      'company-ca',
      'headwater-admin',
      'headwater-pseudonyms',
      'kafka-cluster-ca',
      'kafka-enricher',
      'registry',
    ],
    validator: ['company-ca', 'headwater-admin', 'kafka-cluster-ca', 'kafka-validator', 'registry'],
    loader: [
      'clickhouse-loader',
      'company-ca',
      'headwater-admin',
      'kafka-cluster-ca',
      'kafka-loader',
      'loader-certificate',
      'registry',
    ],
    'quality-monitor': [
      'clickhouse-monitor',
      'company-ca',
      'headwater-admin',
      'kafka-cluster-ca',
      'kafka-quality-monitor',
      'registry',
    ],
    acls: ['company-ca', 'kafka-admin', 'kafka-cluster-ca'],
    grants: ['clickhouse-admin', 'company-ca'],
    topics: ['company-ca', 'kafka-cluster-ca', 'kafka-jobs'],
    schemas: ['company-ca', 'kafka-cluster-ca', 'kafka-jobs', 'registry'],
    migrate: ['clickhouse-migrate', 'company-ca'],
  };
  return [
    ...Object.entries(secrets).map(([program, wanted]): Case => ({
      name: `${program} is given its own secrets, and those of nobody else`,
      run: () => {
        const pod = securedPods(helm).get(program) ?? '';
        const found = [...pod.matchAll(/secretName: (\S+)/g)].map(([, name = '']) => name).sort();
        if (found.join() !== wanted.join()) return `It is given ${found.join(', ') || 'nothing'}.`;
        const files = [...pod.matchAll(/value: (\/etc\/headwater\/\S+)\//g)].map(([, folder = '']) => folder);
        const missing = files.filter((folder) => !pod.includes(`mountPath: ${folder}`));
        return missing.length === 0 ? null : `Nothing is mounted at ${missing.join(', ')}.`;
      },
    })),
    ...Object.keys(secrets).map((program): Case => ({
      name: `${program} trusts the authorities of the installation`,
      run: () =>
        lacks(securedPods(helm).get(program), [
          /name: NODE_EXTRA_CA_CERTS\n\s+value: \/etc\/headwater\/extra-ca\/ca\.crt/,
          /secretName: company-ca\n\s+items:\n\s+- key: company\.pem\n\s+path: ca\.crt/,
          /name: extra-ca\n\s+mountPath: \/etc\/headwater\/extra-ca\n\s+readOnly: true/,
        ]),
    })),
    {
      name: 'no secret is the value of a variable',
      run: () => {
        const pods = [...securedPods(helm).values()].join('\n');
        const found = /name: \w*(?:PASSWORD|TOKEN|KEYS)\n\s+value:/.exec(pods);
        return found === null ? null : `There is ${found[0]}.`;
      },
    },
    {
      name: 'the job that gives rights knows every user',
      run: () => {
        const job = securedPods(helm).get('acls') ?? '';
        const users = [...job.matchAll(/name: ACLS__USERS__(\w+)/g)].map(([, name = '']) => name).sort();
        const wanted = [
          'CLI',
          'COLLECTOR',
          'CONSUMER',
          'ENRICHER',
          'JOBS',
          'LOADER',
          'QUALITY_MONITOR',
          'VALIDATOR',
          'VERIFIER',
        ];
        if (users.join() !== wanted.join()) return `It knows ${users.join(', ')}.`;
        return /name: ACLS__CONSUMER_GROUP\n\s+value: "shop-etl"/.test(job) ? null : 'It knows no group.';
      },
    },
  ];
}

/** What the network lets through, held against what each program needs. */
function edges(helm: string): readonly Case[] {
  const policies = (...args: readonly string[]): ReadonlyMap<string, string> =>
    new Map(
      template(helm, '-f', join(chart, 'ci/secured-values.yaml'), ...args)
        .split(/^---$/m)
        .filter((object) => object.includes('kind: NetworkPolicy'))
        .map((policy) => [/^ {2}name: try-headwater-?(\S*)/m.exec(policy)?.[1] ?? '?', policy]),
    );
  return [
    {
      name: 'nothing goes in or out but what a policy allows',
      run: () => {
        const all = policies().get('') ?? '';
        return /^ {2}(ingress|egress):/m.test(all)
          ? 'The policy for all allows something.'
          : lacks(all, ['policyTypes: [Ingress, Egress]']);
      },
    },
    {
      name: 'only the collector is open to all, and operators have an edge of their own',
      run: () =>
        lacks(policies().get('trackers'), ['component: collector']) ??
        lacks(
          policies('--set', 'networkPolicy.metricsFrom[0].podSelector.matchLabels.app=prometheus').get(
            'metrics',
          ),
          [
            'values: [enricher, validator, loader, quality-monitor]',
            /from:\n\s+- .*podSelector:\n\s+matchLabels:\n\s+app: prometheus/s,
          ],
        ),
    },
    {
      name: 'programs reach the ports of the brokers, of the registry and of ClickHouse',
      run: () =>
        lacks(policies('--set', 'networkPolicy.egress.ports={9094}').get('kafka'), [
          'port: 9093,',
          'port: 9094,',
          'port: 8443,',
          'port: 53,',
        ]) ??
        lacks(policies().get('clickhouse'), [
          'port: 8443,',
          'values: [loader, quality-monitor, job-grants, job-migrate]',
        ]),
    },
    {
      name: 'schemas come from public addresses, for those who look them up',
      run: () =>
        lacks(policies().get('schemas'), [
          'values: [collector, validator]',
          'port: 443,',
          '169.254.0.0/16',
          '10.0.0.0/8',
        ]),
    },
    {
      // The policies of the release before do not know where the jobs of this one go.
      name: 'each job brings its own edges, before it runs',
      run: () => {
        const ports: Readonly<Record<string, readonly number[]>> = {
          acls: [9093],
          grants: [8444],
          topics: [9093],
          schemas: [9093, 8443],
          migrate: [8444],
        };
        const all = policies('--set', 'clickhouse.url=https://clickhouse:8444');
        for (const [job, wanted] of Object.entries(ports)) {
          const policy = all.get(`job-${job}`);
          const problem = lacks(policy, [
            'helm.sh/hook: pre-install,pre-upgrade',
            'helm.sh/hook-weight: "-5"',
            'policyTypes: [Ingress, Egress]',
            `component: job-${job}`,
            'port: 53,',
          ]);
          if (problem !== null) return problem;
          const found = [...(policy?.matchAll(/port: (\d+), protocol: TCP/g) ?? [])].map(([, port]) =>
            Number(port),
          );
          if (found.join() !== [53, ...wanted].join()) return `The job ${job} reaches ${found.join(', ')}.`;
        }
        return null;
      },
    },
    {
      name: 'what goes out can be left to others',
      run: () => {
        const names = [...policies('--set', 'networkPolicy.egress.restricted=false').keys()];
        return names.join() === ',trackers,metrics' ? null : `There are ${names.join(', ')}.`;
      },
    },
  ];
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
