/** How requests are sent. */
export interface LoadPlan {
  readonly port: number;
  readonly path: string;
  readonly eventsPerRequest: number;
  readonly connections: number;
  /** Eight hexadecimal digits that the event ids of this load begin with. */
  readonly run: string;
  /** Requests a second, whatever the answers take; null: the next request as soon as the last was answered. */
  readonly requestsPerSecond: number | null;
  /** File with a body to send in the place of ours. */
  readonly bodyFile?: string;
}

/** Times from when a request was due to its answer, milliseconds: a server that stalls is charged for what it held up. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

export interface LoadCounts {
  /** Requests sent since the start. */
  readonly sent: number;
  /** Of them answered with 2xx. */
  readonly accepted: number;
  /** Of them answered with anything else. */
  readonly refused: number;
  /** Of them never answered: the connection ended first. */
  readonly broken: number;
  /** Of what was answered since the last time that somebody asked; null when nothing was. */
  readonly latency: Latency | null;
}

/** What the process that makes the load is asked, and answers. */
export type LoadCommand =
  | { readonly kind: 'start'; readonly plan: LoadPlan }
  | { readonly kind: 'count' }
  /** No more requests; answered when all that were sent are settled. */
  | { readonly kind: 'stop' };

export type LoadQuestion = LoadCommand & { readonly question: number };
export type LoadReply =
  | { readonly question: number; readonly counts: LoadCounts }
  | { readonly question: number; readonly error: string };
