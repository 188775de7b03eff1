import type { Contender } from './contender';

/** Who puts valid events into ClickHouse. */
export const loaderContenders: readonly Contender[] = [
  {
    name: 'loader',
    stage: 'loader',
    role: 'ours',
    does: 'Our service with default settings: Native blocks, ranges recorded before and committed after the insert, tokens against copies.',
    start: { kind: 'service', service: 'loader', settings: {} },
    topic: null,
    group: 'headwater-loader',
    table: 'headwater.events_stored',
  },
  {
    name: 'kafkajs → JSONEachRow',
    stage: 'loader',
    role: 'bare',
    does: 'kafkajs `eachBatch`, avsc, and `@clickhouse/client` with JSONEachRow into a table of the same shape; up to 10,000 rows or 500 ms a partition, offsets committed after the insert.',
    start: { kind: 'program', program: 'json-loader', settings: {} },
    topic: null,
    table: 'headwater.bench_events',
  },
];
