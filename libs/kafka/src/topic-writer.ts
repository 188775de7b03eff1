import type { Topic } from '@headwater/contracts';
import type { Output } from '@headwater/stage';
import type { TopicWriterOptions } from './options';

export class TopicWriter {
  constructor(private readonly options: TopicWriterOptions) {}
  /** Looks up schemas and partitions and connects. Until it resolved, `write` rejects. */
  connect(): Promise<void> {
    return Promise.reject(new Error(`being built ${String(this.options.lingerMs)}`));
  }
  /** Resolves once all in-sync replicas have the record. */
  write(_topic: Topic, _value: object): Promise<void> {
    return Promise.reject(new Error('being built'));
  }
  writeAll(_outputs: readonly Output[]): Promise<void> {
    return Promise.reject(new Error('being built'));
  }
  get pendingBytes(): number {
    return 0;
  }
  ready(): boolean {
    return false;
  }
  drain(): Promise<void> {
    return Promise.resolve();
  }
}
