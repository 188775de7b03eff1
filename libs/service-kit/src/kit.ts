import { runbookOf, ServiceError } from '@headwater/stage';
import { pino, type DestinationStream, type Logger } from 'pino';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Health } from './health';

/** The version that this build calls itself; the build sets HEADWATER_VERSION, a checkout is `0.1.0`. */
export const VERSION = process.env['HEADWATER_VERSION'] ?? '0.1.0';

/** What a service is handed at start: no part of it reaches for a global. */
export interface Kit {
  readonly name: string;
  readonly version: string;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly health: Health;
  /** A step of an orderly stop; steps run one after the other, in the order they were added. */
  readonly onDrain: (step: string, run: () => Promise<void>) => void;
  /** Says what happened and ends the process with exit code 1: for what waiting cannot heal. */
  readonly fatal: (error: unknown) => never;
}

export interface DrainStep {
  readonly step: string;
  readonly run: () => Promise<void>;
}

/** Codes of this product, for each of which there is a runbook. */
const OWN_CODE = /^E_[A-Z_]+$/;

/** Fields that must never be printed, whatever object they come in. */
const REDACTED = [
  'body',
  'ip',
  'ip_address',
  'user_agent',
  'useragent',
  'cookie',
  'authorization',
  'password',
  'secret',
  'headers',
  'querystring',
];

/** Adds the code of an error that is logged without one, and to every code the page that says what to do. */
function withRunbook(fields: Record<string, unknown>): Record<string, unknown> {
  const { code = fields['err'] instanceof ServiceError ? fields['err'].code : undefined } = fields;
  // Errors of Node and of clients have codes as well, of which there is no page.
  return typeof code === 'string' && OWN_CODE.test(code)
    ? { ...fields, code, runbook: runbookOf(code) }
    : fields;
}

export function createKit(
  name: string,
  level: string,
  output: DestinationStream = pino.destination(1),
): Kit & { readonly drainSteps: readonly DrainStep[] } {
  const log = pino(
    {
      level,
      base: { service: name },
      messageKey: 'msg',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: withRunbook },
      redact: { paths: REDACTED.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    },
    output,
  );
  const metrics = new Registry();
  metrics.setDefaultLabels({ service: name });
  collectDefaultMetrics({ register: metrics });
  new Gauge({
    name: 'headwater_build_info',
    help: 'Always 1; the version is a label.',
    labelNames: ['version'],
    registers: [metrics],
  }).set({ version: VERSION }, 1);

  const drainSteps: DrainStep[] = [];
  return {
    name,
    version: VERSION,
    log,
    metrics,
    health: new Health(),
    drainSteps,
    onDrain: (step, run) => void drainSteps.push({ step, run }),
    fatal: (error) => {
      log.fatal(
        { err: error },
        `${name} cannot go on and stops: ${error instanceof Error ? error.message : String(error)}`,
      );
      log.flush();
      process.exit(1);
    },
  };
}
