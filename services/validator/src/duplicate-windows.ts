import type { PartitionAssigned } from '@headwater/kafka';
import {
  rebuildWindow,
  type DuplicateWindow,
  type DuplicateWindowOptions,
  type ReadTail,
} from '@headwater/validation';

/** The duplicate window of every partition that is ours: built when it is assigned, forgotten when it goes. */
export class DuplicateWindows {
  private readonly windows = new Map<number, DuplicateWindow>();

  constructor(
    private readonly options: DuplicateWindowOptions,
    private readonly now: () => number,
  ) {}

  async build({ partition, readTail }: Pick<PartitionAssigned, 'partition' | 'readTail'>): Promise<void> {
    // What the topic holds is what its schema says: the decoder has seen to it.
    this.windows.set(partition, await rebuildWindow(this.options, readTail as ReadTail, this.now()));
  }

  forget(partition: number): void {
    this.windows.delete(partition);
  }

  /** @throws when the partition was never assigned: a defect, not a state that data can bring about */
  of(partition: number): DuplicateWindow {
    const window = this.windows.get(partition);
    if (!window)
      throw new Error(
        `Partition ${partition} has no duplicate window: it was handed over before it was assigned.`,
      );
    return window;
  }

  /** Copies that may go unnoticed because a window was full: sightings it forgot before their time. */
  forgotten(): number {
    return [...this.windows.values()].reduce((sum, { forgotten }) => sum + forgotten, 0);
  }
}
