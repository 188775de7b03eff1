import { appendFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { topics, type EnrichedEvent } from '@headwater/contracts';
import { isUndecodable, type Batch, type StreamedBatch, type Routed } from '@headwater/stage';
import type { ISocketFactory } from 'kafkajs';
import { RangedServer, TransactionalServer, type RangedBatchMark } from '../src';
import { Installation } from './installation-setup';

/**
 * One replica of a stage, to be stopped, paused and killed. `CRASH_WORKER` says what to run:
 *
 * - `copy`: enriched events to valid events, each request to the broker late by `delayMs`, so that a transaction takes long
 * - `store`: enriched events to a file, a line for each batch; dies by its own hand after the line numbered `dieAfter`
 */
interface Job {
  readonly kind: 'copy' | 'store';
  readonly prefix: string;
  readonly delayMs?: number;
  readonly file?: string;
  readonly dieAfter?: number;
  readonly maxRecords: number;
}

const late =
  (delayMs: number): ISocketFactory =>
  ({ host, port, onConnect }) => {
    const socket: Socket = connect({ host, port }, onConnect);
    const write = socket.write.bind(socket) as (data: string, encoding: BufferEncoding) => boolean;
    socket.write = ((data: string, encoding: BufferEncoding) => {
      setTimeout(() => {
        if (!socket.destroyed) write(data, encoding);
      }, delayMs);
      return true;
    }) as typeof socket.write;
    return socket;
  };

async function main(): Promise<void> {
  const job = JSON.parse(process.env['CRASH_WORKER'] ?? 'null') as Job;
  const overrides = job.delayMs === undefined ? {} : { socketFactory: late(job.delayMs) };
  const at = await Installation.open(job.prefix, undefined, 'zstd', undefined, overrides);
  const options = at.options('crash', {
    batch: { maxRecords: job.maxRecords, lingerMs: 20 },
    sessionTimeoutMs: 6_000,
    onFatal: (error) => {
      process.stderr.write(`${error.stack ?? error.message}\n`);
      process.exit(1);
    },
  });
  if (job.kind === 'copy') await at.start(new TransactionalServer(options), topics.enrichedEvents, copy);
  else await at.start(new RangedServer(options), topics.enrichedEvents, store(job));
  process.on('SIGTERM', () => {
    void at.close().then(() => process.exit(0));
  });
}

const copy = (batch: Batch<object>): Routed => ({
  outputs: batch.records.flatMap((record) =>
    isUndecodable(record) ? [] : [{ topic: topics.validEvents, value: record.value }],
  ),
  complete: () => [],
});

function store({ file = '', dieAfter = Infinity }: Job): (batch: StreamedBatch<object>) => Promise<void> {
  let lines = 0;
  return async (batch) => {
    const { recovered } = batch as StreamedBatch<object> & RangedBatchMark;
    const token = `${String(batch.partition)}:${String(batch.first)}-${String(batch.next)}`;
    const ids = [...batch.records].map((record) =>
      isUndecodable(record) ? '?' : (record.value as EnrichedEvent).event_id,
    );
    appendFileSync(file, `${JSON.stringify({ token, recovered, ids })}\n`);
    lines += 1;
    if (lines === dieAfter) process.kill(process.pid, 'SIGKILL');
    await delay(30);
  };
}

void main();
