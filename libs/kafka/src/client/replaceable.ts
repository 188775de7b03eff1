import { withDeadline } from './deadline';

interface Held<T> {
  readonly client: Promise<T>;
  users: number;
  retired: boolean;
}

/**
 * A client that several use at once and that is replaced when it fails one of them, since kafkajs' clients do not get over every
 * lost connection. The others finish with the one that they have: if each that fails disconnected it for all, the requests of
 * the others would fail, and so on, long after the brokers are well again.
 */
export class Replaceable<T> {
  private held: Held<T> | null = null;
  private closed = false;

  constructor(
    private readonly open: () => Promise<T>,
    private readonly shut: (client: T) => Promise<void>,
    /** Longest time for opening and one use together, milliseconds. */
    private readonly deadlineMs: number,
  ) {}

  /** @throws what `open` or `work` throws, or an error behind the deadline; the next use then has a new client */
  async use<R>(work: (client: T) => Promise<R>): Promise<R> {
    if (this.closed) throw new Error('this client is closed');
    const held = (this.held ??= { client: this.open(), users: 0, retired: false });
    held.users += 1;
    try {
      return await withDeadline(
        held.client.then(work),
        this.deadlineMs,
        () => new Error(`no answer in ${String(this.deadlineMs)} ms`),
      );
    } catch (error) {
      held.retired = true;
      if (this.held === held) this.held = null;
      throw error;
    } finally {
      held.users -= 1;
      if (held.retired && held.users === 0) void this.end(held);
    }
  }

  /** Ends at once, whoever still uses it. */
  async close(): Promise<void> {
    this.closed = true;
    const { held } = this;
    this.held = null;
    if (held) await this.end(held);
  }

  private async end({ client }: Held<T>): Promise<void> {
    await client.then(this.shut).catch(() => undefined);
  }
}
