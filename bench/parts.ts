/** Something that was started and must be stopped. */
export interface Part {
  stop(): Promise<void>;
}

/** Everything that was started; what is not stopped before is stopped in the end, last started first. */
export class Parts {
  private readonly parts: Part[] = [];
  private closed = false;

  /** Keeps a part. One that comes after the end, because its start could not be interrupted, is stopped at once. */
  add<T extends Part>(part: T): T {
    if (this.closed) void part.stop().catch(() => undefined);
    else this.parts.push(part);
    return part;
  }

  /** Stops a part now. */
  async remove(part: Part): Promise<void> {
    const at = this.parts.indexOf(part);
    if (at >= 0) this.parts.splice(at, 1);
    await part.stop();
  }

  /** @param complain told of each part that did not stop in order */
  async close(complain: (error: unknown) => void): Promise<void> {
    this.closed = true;
    for (const part of this.parts.splice(0).reverse()) await part.stop().catch(complain);
  }
}
