import type { LookUpResult } from '@headwater/validation';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { DuplicateWindows } from './duplicate-windows';

/** What the validator tells Prometheus beyond what the port does. */
export interface ValidatorMetrics {
  readonly onConflict: () => void;
  readonly onLookUp: (result: LookUpResult) => void;
}

export function validatorMetrics(
  registry: Registry,
  windows: DuplicateWindows,
  schemasInMemory: () => number,
): ValidatorMetrics {
  const registers = [registry];
  const conflicts = new Counter({
    name: 'headwater_validator_id_conflicts_total',
    help: 'Events whose id another event had taken; they go on under an id of their own.',
    registers,
  });
  const lookUps = new Counter({
    name: 'headwater_schema_lookups_total',
    help: 'Look-ups of Iglu schemas, by result.',
    labelNames: ['result'],
    registers,
  });
  new Gauge({
    name: 'headwater_duplicate_window_forgotten',
    help: 'Events that the duplicate windows forgot before their time because they were full: raise DUPLICATES__MAX_EVENTS.',
    registers,
    collect() {
      this.set(windows.forgotten());
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
    onConflict: () => {
      conflicts.inc();
    },
    onLookUp: (result) => {
      lookUps.inc({ result });
    },
  };
}
