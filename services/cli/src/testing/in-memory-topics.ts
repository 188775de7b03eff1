import { topics, type ServiceName, type Topic } from '@headwater/contracts';
import {
  BrokerUnavailable,
  type From,
  type InspectedRecord,
  type PartitionBounds,
  type PartitionLag,
  type TopicInspector,
} from '@headwater/kafka';
import type { ServiceError } from '@headwater/stage';

/** A record where it lies: `valid-events/0@7`. */
type Place = `${string}/${number}@${number}`;

/** Topics in memory, of one partition each, with the part of the inspector that `headwater verify` uses. */
export class InMemoryTopics {
  private readonly logs = new Map<string, InspectedRecord[]>();
  private readonly starts = new Map<string, bigint>();
  private readonly committed = new Map<string, bigint>();
  private readonly breaks = new Map<string, { readonly records: number; readonly error: ServiceError }>();
  /** Topics that this user may see and not read. */
  readonly denied = new Set<string>();

  get inspector(): TopicInspector {
    return this as unknown as TopicInspector;
  }

  add({ name }: Topic, value: object, timestamp = 0): Place {
    const log = this.logOf(name);
    const offset = BigInt(log.length);
    log.push({ partition: 0, record: { offset, timestamp, value } });
    return `${name}/0@${Number(offset)}`;
  }

  addUndecodable({ name }: Topic): void {
    const offset = BigInt(this.logOf(name).length);
    const undecodable = { reason: 'bad magic', length: 3, sha256: '0' };
    this.logOf(name).push({ partition: 0, record: { offset, timestamp: 0, undecodable } });
  }

  /** Retention removed what lies before. */
  expire({ name }: Topic, start: bigint): void {
    this.starts.set(name, start);
  }

  /** The next reading of the topic, and where waiting does not heal each one, fails after so many records. */
  breakAfter({ name }: Topic, records: number, error: ServiceError): void {
    this.breaks.set(name, { records, error });
  }

  commit(group: ServiceName, { name }: Topic, offset: bigint): void {
    this.committed.set(`${group} ${name}`, offset);
  }

  bounds({ name }: Topic): Promise<readonly PartitionBounds[]> {
    const end = BigInt(this.logOf(name).length);
    return Promise.resolve([{ partition: 0, start: this.starts.get(name) ?? 0n, stableEnd: end, end }]);
  }

  async lag(service: ServiceName): Promise<readonly PartitionLag[]> {
    const read = Object.values<Topic>(topics).filter(({ readers }) => readers.includes(service));
    return Promise.all(
      read.map(async (topic) => {
        const [{ start, stableEnd } = { start: 0n, stableEnd: 0n }] = await this.bounds(topic);
        const committed = this.committed.get(`${service} ${topic.name}`) ?? null;
        return {
          topic,
          partition: 0,
          committed,
          metadata: null,
          start,
          stableEnd,
          lag: stableEnd - (committed ?? start),
        };
      }),
    );
  }

  async *read({ name }: Topic, from: From): AsyncGenerator<InspectedRecord> {
    await Promise.resolve();
    if (this.denied.has(name))
      throw new BrokerUnavailable(`${name} cannot be read now`, {
        cause: Object.assign(new Error('Not authorized to access topics'), {
          type: 'TOPIC_AUTHORIZATION_FAILED',
        }),
      });
    const first = from === 'start' ? 0n : (from.get(0) ?? 0n);
    const found = this.logOf(name).filter(({ record }) => record.offset >= first);
    const broken = this.breaks.get(name);
    yield* found.slice(0, broken?.records);
    if (!broken) return;
    if (broken.error.retriable) this.breaks.delete(name);
    throw broken.error;
  }

  async *follow(topic: Topic, from: From, signal: AbortSignal): AsyncGenerator<InspectedRecord> {
    let next = from === 'start' ? 0n : (from.get(0) ?? 0n);
    while (!signal.aborted) {
      for await (const found of this.read(topic, new Map([[0, next]]))) {
        next = found.record.offset + 1n;
        yield found;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private logOf(name: string): InspectedRecord[] {
    const log = this.logs.get(name) ?? [];
    this.logs.set(name, log);
    return log;
  }
}
