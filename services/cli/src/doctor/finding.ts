/** What a check says of one thing it looked at. */
export type State =
  | 'ok'
  /** It works; somebody should look at it before it does not. */
  | 'warning'
  /** Events wait, are refused or are lost. */
  | 'problem'
  /** It could not be found out: no verdict either way. */
  | 'not checked';

export interface Finding {
  readonly state: State;
  /** What was looked at, e.g. `topic valid-events`. */
  readonly subject: string;
  /** What was seen, in a sentence. */
  readonly seen: string;
  /** What to do next; null when there is nothing to do. */
  readonly next: string | null;
  /** Page in docs/runbooks that fits better than the one of the check. */
  readonly runbook?: string;
}

export const ok = (subject: string, seen: string): Finding => ({ state: 'ok', subject, seen, next: null });

const needing =
  (state: State) =>
  (subject: string, seen: string, next: string, runbook?: string): Finding => ({
    state,
    subject,
    seen,
    next,
    ...(runbook === undefined ? {} : { runbook }),
  });

export const warning = needing('warning');
export const problem = needing('problem');
export const notChecked = needing('not checked');
