import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** One setting, as a service describes it with `--describe-config`. */
export interface Setting {
  readonly variable: string;
  readonly type: string;
  readonly default: string | null;
  readonly required: boolean;
  readonly description: string;
  readonly secret: boolean;
}

/** The services by the name of their folder, and the key that the chart has for each. */
export const chartKeys = {
  collector: 'collector',
  enricher: 'enricher',
  validator: 'validator',
  loader: 'loader',
  'quality-monitor': 'qualityMonitor',
} as const;

export type Service = keyof typeof chartKeys;

export const serviceNames = Object.keys(chartKeys) as readonly Service[];

const described = new Map<string, readonly Setting[]>();

/** Asks a service for its settings: the same answer that its image gives. */
export function settingsOf(root: string, service: Service): readonly Setting[] {
  const known = described.get(service);
  if (known) return known;
  const output = execFileSync(
    process.execPath,
    ['--import', 'tsx', join(root, `services/${service}/src/main.ts`), '--describe-config'],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.base.json') },
    },
  );
  const settings = JSON.parse(output) as readonly Setting[];
  described.set(service, settings);
  return settings;
}
