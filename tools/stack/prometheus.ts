import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianBinary } from './debian-binary';
import { launch, waitUntilReady } from './managed-process';
import { LOOPBACK, steadyPorts } from './ports';
import type { Progress } from './provision';
import { StackError } from './stack-error';

const START_MS = 30_000;

export interface PrometheusOptions {
  /** Folder of its configuration, its data and its log. */
  readonly folder: string;
  /** Rules, as the text of a rule file. */
  readonly rules: string;
  /** `host:port` of everything that has a `/metrics`, by the job that it belongs to. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  /** Between two looks, seconds. */
  readonly everySeconds: number;
  readonly onProgress?: Progress;
}

export interface RunningPrometheus {
  readonly url: string;
  readonly pid: number;
  readonly logFile: string;
  /** What an expression is now: each of its series, by its labels. */
  query(
    expression: string,
  ): Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]>;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }[];
  };
}

/** Starts Prometheus, from Debian's package where the machine has none. It does not outlive the calling process. */
export async function startPrometheus(options: PrometheusOptions): Promise<RunningPrometheus> {
  const { folder, rules, targets, everySeconds } = options;
  const command = await debianBinary({ name: 'prometheus', package: 'prometheus' }, options.onProgress);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'rules.yaml'), rules);
  // JSON is YAML.
  writeFileSync(join(folder, 'prometheus.yaml'), JSON.stringify(configOf(targets, everySeconds)));
  const [port = 0] = await steadyPorts(1);
  const child = await launch({
    name: 'Prometheus',
    command,
    args: [
      '--config.file=prometheus.yaml',
      '--storage.tsdb.path=data',
      `--web.listen-address=${LOOPBACK}:${String(port)}`,
    ],
    cwd: folder,
    logFile: join(folder, 'prometheus.log'),
  });
  const url = `http://${LOOPBACK}:${String(port)}`;
  await waitUntilReady(child, 'Prometheus', async () => (await fetch(`${url}/-/ready`)).ok, START_MS);
  return {
    url,
    pid: child.pid,
    logFile: child.logFile,
    async query(expression) {
      const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expression })}`);
      const { data, error } = (await response.json()) as Answer;
      if (!data)
        throw new StackError(
          `Prometheus does not answer ${expression}: ${error ?? String(response.status)}`,
          `Its log is ${child.logFile}`,
        );
      return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
    },
    stop: () => child.stop(),
  };
}

const configOf = (targets: PrometheusOptions['targets'], everySeconds: number): object => ({
  global: { scrape_interval: `${String(everySeconds)}s`, evaluation_interval: `${String(everySeconds)}s` },
  rule_files: ['rules.yaml'],
  scrape_configs: Object.entries(targets).map(([job, addresses]) => ({
    job_name: job,
    scrape_timeout: `${String(everySeconds)}s`,
    static_configs: [{ targets: addresses }],
  })),
});
