/** Broken infrastructure: thrown, never a value. Says whether waiting can heal it. */
export abstract class ServiceError extends Error {
  /** Stable code, `E_…`, that logs, metrics and runbooks use. */
  abstract readonly code: string;
  /** True: pause and try again, the events are innocent. False: the process must stop. */
  abstract readonly retriable: boolean;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
