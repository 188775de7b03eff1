import type { AnyTable } from '@headwater/loading';
import type { Registry } from '@headwater/service-kit';
import { Counter, Histogram } from 'prom-client';

/** What an operator sees of the loader. */
export class LoaderMetrics {
  private readonly inserts: Histogram<'table'>;
  private readonly rows: Counter<'table'>;
  private readonly refused: Counter<'table'>;
  private readonly refusals: Counter<'table'>;
  private readonly recovered: Counter<'table'>;
  private readonly age: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.inserts = new Histogram({
      name: 'headwater_insert_duration_seconds',
      help: 'Time of one insert into ClickHouse, by table; refused ones included.',
      labelNames: ['table'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    });
    this.rows = new Counter({
      name: 'headwater_rows_inserted_total',
      help: 'Rows that ClickHouse has taken, by table. Rows that it recognised as inserted before count again.',
      labelNames: ['table'],
      registers,
    });
    this.refusals = new Counter({
      name: 'headwater_inserts_refused_total',
      help: 'Inserts that ClickHouse refused because of their content, by table: each is cut in two and tried again.',
      labelNames: ['table'],
      registers,
    });
    this.refused = new Counter({
      name: 'headwater_rows_refused_total',
      help: 'Rows that became failed events because their table does not take them, by table.',
      labelNames: ['table'],
      registers,
    });
    this.recovered = new Counter({
      name: 'headwater_batches_recovered_total',
      help: 'Batches that a loader which died had begun, by table: they were inserted again under the same token.',
      labelNames: ['table'],
      registers,
    });
    this.age = new Histogram({
      name: 'headwater_event_age_seconds',
      help: 'Time from the collector to the table: of each batch, that of its oldest event.',
      buckets: [0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 1_800, 7_200],
      registers,
    });
  }

  /** Starts to time an insert; call the result when it has ended. */
  startInsert(table: AnyTable): () => void {
    const end = this.inserts.startTimer({ table: table.view });
    return () => void end();
  }

  inserted(table: AnyTable, rows: number): void {
    this.rows.inc({ table: table.view }, rows);
  }

  insertRefused(table: AnyTable): void {
    this.refusals.inc({ table: table.view });
  }

  rowsRefused(table: AnyTable, rows: number): void {
    this.refused.inc({ table: table.view }, rows);
  }

  batchRecovered(table: AnyTable): void {
    this.recovered.inc({ table: table.view });
  }

  oldestEvent(ageMs: number): void {
    this.age.observe(Math.max(0, ageMs) / 1_000);
  }
}
