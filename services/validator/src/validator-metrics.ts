import type { LookUpResult, Validation } from '@headwater/validation';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { DuplicateWindows } from './duplicate-windows';

/** What the validator tells Prometheus beyond what the port does. */
export interface ValidatorMetrics {
  readonly onRepeat: NonNullable<Validation['onRepeat']>;
  readonly onLookUp: (result: LookUpResult) => void;
}

export function validatorMetrics(
  registry: Registry,
  windows: Pick<DuplicateWindows, 'forgotten' | 'sizes'>,
  schemasInMemory: () => number,
): ValidatorMetrics {
  const registers = [registry];
  const duplicates = new Counter({
    name: 'headwater_validator_duplicates_total',
    help: 'Events dropped as copies of an earlier one. A batch that is judged again after an abort counts again; stage-counts are exact.',
    registers,
  });
  const conflicts = new Counter({
    name: 'headwater_validator_id_conflicts_total',
    help: 'Events whose id another event had taken; they go on under an id of their own.',
    registers,
  });
  const lookUps = new Counter({
    name: 'headwater_schema_lookups_total',
    help: 'Look-ups of Iglu schemas for a batch, by result: hit, stale, found, missing, unavailable.',
    labelNames: ['result'],
    registers,
  });
  new Counter({
    name: 'headwater_duplicate_window_forgotten_total',
    help: 'Events that the duplicate windows forgot before their time because they were full: raise DUPLICATES__MAX_EVENTS.',
    registers,
    collect() {
      this.reset();
      this.inc(windows.forgotten());
    },
  });
  const labelNames = ['partition'] as const;
  new Gauge({
    name: 'headwater_duplicate_window_events',
    help: 'Events that the duplicate window of a partition holds.',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { partition, events } of windows.sizes()) this.set({ partition: String(partition) }, events);
    },
  });
  new Gauge({
    name: 'headwater_duplicate_window_seconds',
    help: 'Time that the duplicate window of a partition covers: less than DUPLICATES__WINDOW_MINUTES where it is full, or the partition young.',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { partition, spanMs } of windows.sizes())
        this.set({ partition: String(partition) }, spanMs / 1000);
    },
  });
  new Gauge({
    name: 'headwater_schemas_in_memory',
    help: 'Compiled Iglu schemas in memory.',
    registers,
    collect() {
      this.set(schemasInMemory());
    },
  });
  return {
    onRepeat: (sighting) => {
      (sighting === 'duplicate' ? duplicates : conflicts).inc();
    },
    onLookUp: (result) => {
      lookUps.inc({ result });
    },
  };
}
