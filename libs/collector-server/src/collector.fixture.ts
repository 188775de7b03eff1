import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import type { CollectorPayload, FailedEvent, StageCounts, Topic } from '@headwater/contracts';
import { createKit, loadConfig, startService, type RunningService } from '@headwater/service-kit';
import { ServiceError } from '@headwater/stage';
import { defineCollector, type CollectorParts } from './collector';
import type { PayloadWriter } from './payload-writer';
import { trackingConfig, type TrackingConfig } from './tracking-config';

export const TP2 = '/com.snowplowanalytics.snowplow/tp2';

/** What the broker says when it cannot take a record now. */
export class BrokerDown extends ServiceError {
  readonly code = 'E_BROKER_UNAVAILABLE';
  readonly retriable = true;
}

/** A broker in memory: takes all, takes it when told, or refuses. */
export class MemoryWriter implements PayloadWriter {
  readonly records: { readonly topic: string; readonly value: object }[] = [];
  /** Writes that wait to be let go, oldest first. */
  readonly held: (() => void)[] = [];
  mode: 'take' | 'hold' | 'refuse' = 'take';
  /** Records that are still taken before it refuses. */
  takesFirst = 0;
  refusal: Error = new BrokerDown('The broker is down.');
  drained = false;

  get pendingBytes(): number {
    return this.held.length;
  }

  write(topic: Topic, value: object): Promise<void> {
    if (this.drained) return Promise.reject(new Error('Written after the drain.'));
    if (this.mode === 'refuse' && this.takesFirst-- <= 0) return Promise.reject(this.refusal);
    const take = (): void => void this.records.push({ topic: topic.name, value });
    if (this.mode !== 'hold') {
      take();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.held.push(() => {
        take();
        resolve();
      });
    });
  }

  notReady(): string | null {
    return this.mode === 'refuse' ? 'There is no connection to Kafka at kafka-0:9092.' : null;
  }

  drain(): Promise<void> {
    this.drained = true;
    return Promise.resolve();
  }

  private of(topic: string): readonly object[] {
    return this.records.filter((record) => record.topic === topic).map(({ value }) => value);
  }

  get payloads(): readonly CollectorPayload[] {
    return this.of('collector-payloads') as CollectorPayload[];
  }

  get failed(): readonly FailedEvent[] {
    return this.of('failed-events') as FailedEvent[];
  }

  get counts(): readonly StageCounts[] {
    return this.of('stage-counts') as StageCounts[];
  }

  /** All that was written, as one text: where nothing may leak. */
  get everything(): string {
    return this.records
      .map(({ value }) => {
        const { body, ...fields } = value as Partial<CollectorPayload>;
        return `${JSON.stringify(fields)} ${body?.toString('latin1') ?? ''}`;
      })
      .join('\n');
  }
}

export interface TestCollector {
  readonly port: number;
  readonly writer: MemoryWriter;
  readonly stop: () => Promise<void>;
}

/** The real collector, with a broker in memory. */
export async function startCollector(
  env: Record<string, string> = {},
  parts: CollectorParts<TrackingConfig> = {},
): Promise<TestCollector> {
  const writer = new MemoryWriter();
  const config = loadConfig(trackingConfig, { HTTP__PORT: '0', HTTP__HOST: '127.0.0.1', ...env });
  const service: RunningService = await startService(
    defineCollector(trackingConfig, () => writer, parts),
    config,
    createKit('collector', 'silent'),
  );
  return { port: service.port, writer, stop: () => service.stop() };
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Send {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** One request on a connection of its own. */
export function send(
  { port }: TestCollector,
  { method = 'POST', path = TP2, headers = {}, body }: Send = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { port, host: '127.0.0.1', method, path, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Sends bytes as they are; resolves with all that came back once the collector has closed the connection. */
export function sendRaw({ port }: TestCollector, ...parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(received);
    });
    for (const part of parts) socket.write(part);
  });
}

/** The counts that a collector left, added up. */
export function countsOf({ writer }: TestCollector): {
  readonly in: number;
  readonly out: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  readonly codes: Readonly<Record<string, number>>;
} {
  const sum = (of: 'in_count' | 'out_count'): number =>
    writer.counts.reduce((total, counts) => total + (counts[of] ?? 0), 0);
  const merged = (of: 'failed' | 'dropped' | 'status_codes'): Record<string, number> =>
    writer.counts.reduce<Record<string, number>>((total, counts) => {
      for (const [key, count] of Object.entries(counts[of] ?? {})) total[key] = (total[key] ?? 0) + count;
      return total;
    }, {});
  return {
    in: sum('in_count'),
    out: sum('out_count'),
    failed: merged('failed'),
    dropped: merged('dropped'),
    codes: merged('status_codes'),
  };
}

/** Waits until something holds. The test's own time limit ends a wait that never does. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
