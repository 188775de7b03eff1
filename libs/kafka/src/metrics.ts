import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The metrics of the port. Several servers and writers of one process share them. */
export interface PortMetrics {
  readonly lag: Gauge<'topic' | 'partition'>;
  readonly recordsIn: Counter<'topic'>;
  readonly recordsOut: Counter<'topic'>;
  readonly undecodable: Counter<'topic'>;
  readonly transactions: Counter<'result'>;
  readonly fenced: Counter;
  readonly stalled: Gauge;
  readonly waiting: Gauge<'topic'>;
  readonly consumerWaiting: Gauge;
  readonly gaps: Counter<'topic' | 'partition'>;
  readonly poisoned: Gauge<'topic' | 'partition'>;
  readonly skipped: Counter<'topic'>;
  readonly handlerSeconds: Histogram<'topic'>;
  readonly transactionSeconds: Histogram<'topic'>;
  readonly takeOverSeconds: Histogram<'topic'>;
  readonly writes: Counter<'topic' | 'result'>;
}

const known = new WeakMap<Registry, PortMetrics>();

/** The port's metrics in a registry; made on first use. */
export function portMetrics(registry: Registry = new Registry()): PortMetrics {
  const found = known.get(registry);
  if (found) return found;
  const registers = [registry];
  const metrics: PortMetrics = {
    lag: new Gauge({
      name: 'headwater_stage_lag_records',
      help: 'Records of a partition that this stage has not finished.',
      labelNames: ['topic', 'partition'],
      registers,
    }),
    recordsIn: new Counter({
      name: 'headwater_records_in_total',
      help: 'Records read and finished, by input topic.',
      labelNames: ['topic'],
      registers,
    }),
    recordsOut: new Counter({
      name: 'headwater_records_out_total',
      help: 'Records written and acknowledged, by output topic.',
      labelNames: ['topic'],
      registers,
    }),
    undecodable: new Counter({
      name: 'headwater_undecodable_records_total',
      help: 'Records that are not what their topic holds; each becomes a failed event.',
      labelNames: ['topic'],
      registers,
    }),
    transactions: new Counter({
      name: 'headwater_txn_total',
      help: 'Transactions by result: ok, fenced, retry, unknown, tooLarge, fatal.',
      labelNames: ['result'],
      registers,
    }),
    fenced: new Counter({
      name: 'headwater_fenced_total',
      help: 'Transactions refused because another process owns the partition.',
      registers,
    }),
    stalled: new Gauge({
      name: 'headwater_stalled_partitions',
      help: 'Partitions with records to read and no progress for a minute.',
      registers,
    }),
    waiting: new Gauge({
      name: 'headwater_waiting_partitions',
      help: 'Partitions that wait for something that is broken, by topic.',
      labelNames: ['topic'],
      registers,
    }),
    consumerWaiting: new Gauge({
      name: 'headwater_consumer_waiting',
      help: '1 while nothing at all is read: the group cannot be joined, or what reading needs is missing.',
      registers,
    }),
    gaps: new Counter({
      name: 'headwater_gap_records_total',
      help: 'Offsets that retention removed before they were read: lost records, at most.',
      labelNames: ['topic', 'partition'],
      registers,
    }),
    poisoned: new Gauge({
      name: 'headwater_poisoned_partitions',
      help: 'Partitions that stand before a record batch that cannot be read: 1 each.',
      labelNames: ['topic', 'partition'],
      registers,
    }),
    skipped: new Counter({
      name: 'headwater_skipped_records_total',
      help: 'Offsets of batches that could not be read and were given up on purpose (KAFKA__SKIP_BATCHES).',
      labelNames: ['topic'],
      registers,
    }),
    handlerSeconds: new Histogram({
      name: 'headwater_batch_seconds',
      help: 'Time that the stage takes for one batch.',
      labelNames: ['topic'],
      buckets: SECONDS,
      registers,
    }),
    transactionSeconds: new Histogram({
      name: 'headwater_txn_seconds',
      help: 'Time from the first request of a transaction to its end.',
      labelNames: ['topic'],
      buckets: SECONDS,
      registers,
    }),
    takeOverSeconds: new Histogram({
      name: 'headwater_take_over_seconds',
      help: 'Time from the decision to read a partition to its first fetch: shutting out earlier owners, reading what they left.',
      labelNames: ['topic'],
      buckets: SECONDS,
      registers,
    }),
    writes: new Counter({
      name: 'headwater_writes_total',
      help: 'Records of the plain writer by result: ok, overloaded, late, failed.',
      labelNames: ['topic', 'result'],
      registers,
    }),
  };
  known.set(registry, metrics);
  return metrics;
}
