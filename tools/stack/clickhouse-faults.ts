import { ClickHouseHttpError } from './clickhouse-http';

/**
 * What can be made to go wrong with a query: an error of ClickHouse by its code, instead of running it; `slow`, run at once
 * and answered late; `cut`, run, and the connection closed without an answer; `hang`, not run and not answered.
 */
export const faultCodes = [241, 242, 243, 252, 497, 516, 'slow', 'cut', 'hang'] as const;
export type FaultCode = (typeof faultCodes)[number];

export interface ClickHouseFault {
  readonly code: FaultCode;
  /** Queries that it happens to; until `clear()` when left out. */
  readonly count?: number;
  /** Default `all`. */
  readonly of?: 'inserts' | 'all';
  /** Of `slow`: how late the answer comes, milliseconds. Default 30,000. */
  readonly delayMs?: number;
}

export const DEFAULT_DELAY_MS = 30_000;

/** Which queries go wrong now, and how many did. One fault at a time: a new one takes the place of the old. */
export class FaultPlan {
  private fault: ClickHouseFault | null = null;
  private left = 0;
  private happened = 0;
  private cleared = new AbortController();

  inject(fault: ClickHouseFault): void {
    this.clear();
    this.fault = fault;
    this.happened = 0;
    this.left = fault.count ?? Number.POSITIVE_INFINITY;
  }

  /** Ends the fault, and lets go of the queries that it holds. */
  clear(): void {
    this.fault = null;
    this.cleared.abort();
    this.cleared = new AbortController();
  }

  /** The fault that the query at hand suffers, or null. Counts it. */
  take(isInsert: boolean): { readonly fault: ClickHouseFault; readonly cleared: AbortSignal } | null {
    const { fault } = this;
    if (fault === null || this.left <= 0 || (fault.of === 'inserts' && !isInsert)) return null;
    this.left -= 1;
    this.happened += 1;
    return { fault, cleared: this.cleared.signal };
  }

  /** Queries that went wrong on purpose since the last `inject`. */
  get injected(): number {
    return this.happened;
  }
}

/** Reads what was asked for; a sentence says what is wrong with it. */
export function parseFault(body: string): ClickHouseFault | string {
  let asked: unknown;
  try {
    asked = JSON.parse(body);
  } catch {
    return 'The body is no JSON. Send {"code": 252, "count": 3, "of": "inserts"}.';
  }
  const { code, count, of, delayMs } = (asked ?? {}) as Partial<Record<keyof ClickHouseFault, unknown>>;
  const known = faultCodes.find((each) => each === code);
  if (known === undefined) return `code must be one of ${faultCodes.join(', ')}.`;
  if (count !== undefined && !isCount(count)) return 'count must be a whole number above 0.';
  if (of !== undefined && of !== 'inserts' && of !== 'all') return 'of must be "inserts" or "all".';
  if (delayMs !== undefined && !isCount(delayMs)) return 'delayMs must be a whole number above 0.';
  return {
    code: known,
    ...(count === undefined ? {} : { count }),
    ...(of === undefined ? {} : { of }),
    ...(delayMs === undefined ? {} : { delayMs }),
  };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

/** The error that a server sends for this code, in its own words. */
export function errorOf(code: FaultCode & number, user: string): ClickHouseHttpError {
  const [type, detail] = errors[code];
  return new ClickHouseHttpError(code, type, detail.replace('{user}', user));
}

const errors: Readonly<Record<FaultCode & number, readonly [type: string, detail: string]>> = {
  241: [
    'MEMORY_LIMIT_EXCEEDED',
    '(total) memory limit exceeded: would use 2.45 GiB (attempt to allocate chunk of 4.00 MiB), maximum: 2.44 GiB.',
  ],
  242: ['TABLE_IS_READ_ONLY', 'Table is in readonly mode: a replica cannot reach its keeper.'],
  243: ['NOT_ENOUGH_SPACE', 'Cannot reserve 1.00 MiB, not enough space.'],
  252: [
    'TOO_MANY_PARTS',
    'Too many parts (3000 with average size of 2.00 KiB). Merges are processing significantly slower than inserts.',
  ],
  497: [
    'ACCESS_DENIED',
    "{user}: Not enough privileges. To execute this query, it's necessary to have the grant.",
  ],
  516: [
    'AUTHENTICATION_FAILED',
    '{user}: Authentication failed: password is incorrect, or there is no user with such name.',
  ],
};
