import { startPrometheus, type RunningPrometheus } from '@headwater/stack';
import { parse, stringify } from 'yaml';

/** Prometheus makes a rate of no fewer looks than two, and one may be missed. */
const LEAST_SECONDS = 3;
const LOOK_SECONDS = 1;

interface Rule {
  readonly expr: string;
  readonly for?: string;
}
interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

/** An alert that was firing. */
export interface Page {
  readonly alert: string;
  readonly severity: string;
}

/** Rules for a clock that goes sixty times as fast: what they say of a minute holds for a second. Thresholds stay. */
export function accelerated(rules: string): string {
  const fast = (text: string): string =>
    text.replace(/\b(\d+)([mh])\b/gu, (_whole, count: string, unit: string) => {
      const minutes = Number(count) * (unit === 'h' ? 60 : 1);
      return `${String(Math.max(LEAST_SECONDS, minutes))}s`;
    });
  const { groups } = parse(rules) as Rules;
  return stringify(
    {
      groups: groups.map(({ name, rules: own }) => ({
        name,
        rules: own.map((rule) => ({
          ...rule,
          expr: fast(rule.expr),
          ...(rule.for === undefined ? {} : { for: fast(rule.for) }),
        })),
      })),
    },
    { lineWidth: 0 },
  );
}

/** A real Prometheus with the alert rules that ship: whether anybody would be woken by what a fault does. */
export class Pager {
  private constructor(private readonly prometheus: RunningPrometheus) {}

  /** @param targets `host:port` of each service */
  static async start(
    folder: string,
    rules: string,
    targets: readonly string[],
    tell: (line: string) => void,
  ): Promise<Pager> {
    const prometheus = await startPrometheus({
      folder,
      rules: accelerated(rules),
      targets: { headwater: targets },
      everySeconds: LOOK_SECONDS,
      onProgress: tell,
    });
    return new Pager(prometheus);
  }

  /** Alerts that were firing at any time of the last so many seconds. */
  async firing(lastSeconds: number): Promise<readonly Page[]> {
    const range = String(Math.max(1, Math.ceil(lastSeconds)));
    const found = await this.prometheus.query(
      `max by (alertname, severity) (max_over_time(ALERTS{alertstate="firing"}[${range}s]))`,
    );
    return found.map(({ labels }) => ({
      alert: labels['alertname'] ?? '',
      severity: labels['severity'] ?? '',
    }));
  }

  stop(): Promise<void> {
    return this.prometheus.stop();
  }
}
