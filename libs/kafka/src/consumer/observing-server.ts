import type { Topic } from '@headwater/contracts';
import { PartitionLost } from '../errors';
import type { Lane } from './lane';
import { StageServer, type Turn } from './stage-server';

/** For readers that only look: a batch is committed once the handler's promise resolved, and may be seen again. */
export class ObservingServer extends StageServer {
  protected override outputTopics(): readonly Topic[] {
    return [];
  }

  protected override shutOut(): Promise<void> {
    return Promise.resolve();
  }

  protected override inherit(): void {
    // All there is to know is the offset.
  }

  protected override finishPending(): Promise<null> {
    return Promise.resolve(null);
  }

  protected override async finish({ lane, cut, current, commit, handle }: Turn): Promise<void> {
    const records = await this.decode(lane, cut.messages);
    if (!current()) throw new PartitionLost(lane.name, lane.partition);
    await handle(records, cut);
    await commit(cut.commit, null);
  }

  protected override pass(_lane: Lane, next: bigint, commit: Turn['commit']): Promise<void> {
    return commit(next, null);
  }

  protected override tellGap(): Promise<void> {
    // Who only looks loses nothing that others wait for.
    return Promise.resolve();
  }

  protected override release(): void {
    // Nothing is held for a partition.
  }
}
