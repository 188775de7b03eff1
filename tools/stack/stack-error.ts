/**
 * A part of the embedded stack could not do what was asked. `message` is one sentence that says what happened and where;
 * `fix` says what to do next. `toString()` (and an uncaught print) shows both.
 */
export class StackError extends Error {
  override readonly name = 'StackError';

  constructor(
    readonly problem: string,
    readonly fix: string,
    options?: ErrorOptions,
  ) {
    super(`${problem}. ${fix}.`, options);
  }
}

/** Whatever was thrown, as a sentence for a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error (`ENOENT`, `EADDRINUSE`, …), if it is one. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
