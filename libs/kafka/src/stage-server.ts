import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Server } from '@nestjs/microservices';
import type { ServerOptions } from './options';

export abstract class StageServer extends Server implements CustomTransportStrategy {
  constructor(protected readonly options: ServerOptions) {
    super();
  }

  /** For `kit.health.readiness`: null, or why no work is done now. */
  notReady(): string | null {
    return null;
  }

  /** For `kit.health.liveness`: null, or why only a restart helps. */
  notLive(): string | null {
    return null;
  }

  listen(_callback: (error?: unknown) => void): void {
    throw new Error('being built');
  }

  /** Finishes the batches at work, leaves the group, disconnects. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  on(): this {
    return this;
  }

  unwrap<T>(): T {
    throw new Error('The Kafka client is not handed out: see libs/kafka.');
  }
}
