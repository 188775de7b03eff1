import type { PartitionAssigned } from '@headwater/kafka';
import { ServiceError, type Batch } from '@headwater/stage';
import {
  rebuildWindow,
  DuplicateWindow,
  type DuplicateWindowOptions,
  type LogTail,
} from '@headwater/validation';

type Assigned = Pick<PartitionAssigned, 'partition' | 'tail'>;
type Judged = Pick<Batch<unknown>, 'partition' | 'first' | 'next' | 'records'>;

interface Kept {
  readonly window: DuplicateWindow;
  /** First offset of the batch that was judged last: the window can be taken back to it, and no further. */
  first: bigint;
  /** Offset after it. */
  next: bigint;
}

/** A window that does not fit the batch: the partition must be taken over again, which builds the right one. */
export class WindowLost extends ServiceError {
  override readonly code = 'E_DUPLICATE_WINDOW_LOST';
  override readonly retriable = true;

  constructor(partition: number, problem: string) {
    super(
      `The duplicate window of partition ${partition} cannot judge this batch: ${problem}. The partition is taken over again and the window read from its log; nothing needs to be done unless this repeats.`,
    );
  }
}

/**
 * The duplicate window of every partition that is ours. A partition is taken over again after every failed batch; its
 * window is read from the log only when the one in memory does not reach to the position.
 */
export class DuplicateWindows {
  private readonly kept = new Map<number, Kept>();
  /** Times of records that a window could not judge, by partition: the next one must. */
  private readonly needed = new Map<number, number>();
  private forgottenByOthers = 0;
  /** Settled when the last rebuild is. */
  private rebuilt: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: DuplicateWindowOptions) {}

  /** Makes a window ready for a partition that is read from a position on. */
  async assigned({ partition, tail }: Assigned): Promise<void> {
    const position = tail.end;
    const kept = this.kept.get(partition);
    if (kept && kept.first <= position && position <= kept.next) return;
    this.revoked(partition);
    const window =
      position === 0n
        ? new DuplicateWindow(this.options)
        : // What the topic holds is what its schema says: the decoder has seen to it.
          await this.inTurn(() => rebuildWindow(this.options, tail as LogTail, this.needed.get(partition)));
    this.needed.delete(partition);
    this.kept.set(partition, { window, first: position, next: position });
  }

  revoked(partition: number): void {
    this.forgottenByOthers += this.kept.get(partition)?.window.forgotten ?? 0;
    this.kept.delete(partition);
  }

  /**
   * The window as it was before the first record of a batch, whether or not the batch was judged before.
   *
   * @throws {WindowLost} when there is none that could be: a batch of an owner that has been replaced, for one
   */
  before({ partition, first, next, records }: Judged): DuplicateWindow {
    const kept = this.kept.get(partition);
    if (!kept) throw new WindowLost(partition, 'there is none for it');
    if (first < kept.first)
      throw new WindowLost(partition, `it begins at offset ${first}, and ${kept.first} was judged since`);
    const [earliest] = records;
    if (earliest && !kept.window.rewind(first, earliest.timestamp)) {
      this.revoked(partition);
      this.needed.set(partition, earliest.timestamp);
      throw new WindowLost(partition, `it does not reach back to offset ${first}`);
    }
    kept.first = first;
    kept.next = next;
    return kept.window;
  }

  /** Rebuilds are work for the processor: one after the other, the first partition goes on sooner and the last no later. */
  private inTurn<T>(rebuild: () => Promise<T>): Promise<T> {
    const result = this.rebuilt.then(rebuild);
    this.rebuilt = result.catch(() => undefined);
    return result;
  }

  /** Events that windows forgot before their time because they were full: copies of them go unnoticed. Only grows. */
  forgotten(): number {
    return [...this.kept.values()].reduce(
      (sum, { window }) => sum + window.forgotten,
      this.forgottenByOthers,
    );
  }

  /** What each window holds: events, and the time between the oldest and the latest that count, milliseconds. */
  sizes(): readonly { readonly partition: number; readonly events: number; readonly spanMs: number }[] {
    return [...this.kept].map(([partition, { window }]) => ({
      partition,
      events: window.size,
      spanMs: window.spanMs,
    }));
  }
}
