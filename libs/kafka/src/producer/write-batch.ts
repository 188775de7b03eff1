import type { Message } from 'kafkajs';
import type { ValueBuffer } from '../avro/value-buffer';

/** Records that are written by one request, and who waits for them. They arrived close together, so one deadline serves all. */
export class WriteBatch {
  readonly messages: Message[] = [];
  bytes = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly refused: ((error: Error) => void)[] = [];
  private settled = false;

  constructor(
    readonly buffer: ValueBuffer,
    /** Time after which it takes in no more, as of `performance.now`. */
    readonly openUntil: number,
    private readonly deadline: NodeJS.Timeout,
  ) {}

  /** The one promise that a record costs. */
  add(message: Message, bytes: number): Promise<void> {
    this.messages.push(message);
    this.bytes += bytes;
    return new Promise((resolve, reject) => {
      this.waiting.push(resolve);
      this.refused.push(reject);
    });
  }

  /** Tells everyone who waits, once. False: they were told before. */
  settle(error: Error | null): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.deadline);
    if (error === null) for (const resolve of this.waiting) resolve();
    else for (const reject of this.refused) reject(error);
    return true;
  }
}
