import type { FailedEvent, Failure } from '@headwater/contracts';

/** Last millisecond of the year 9999: what RFC 3339 can write. */
const LAST_TIME = 253_402_300_799_999;

/** A text of at most `longest` characters as JSON Schema counts them: code points. */
export function upTo(longest: number, text: string): string {
  if (text.length <= longest) return text;
  const characters = Array.from(text);
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}

/** {@link upTo} for what may be missing. */
export const maybeUpTo = (longest: number, text: string | null): string | null =>
  text === null ? null : upTo(longest, text);

/** RFC 3339. A time outside the years 1970 to 9999 is no time of a collector; it is drawn to the nearest one that is. */
export const dateTime = (time: number): string =>
  new Date(Math.min(Math.max(Number.isFinite(time) ? Math.trunc(time) : 0, 0), LAST_TIME)).toISOString();

/** When it failed, as far as is known: a replay when it was replayed, all else when it came in. */
export const failedAt = (event: FailedEvent): string => dateTime(event.replayed_at ?? event.collector_tstamp);

/** The failures of an event; there is always one. */
export function failuresOf({ failures, failure_type }: FailedEvent): readonly [Failure, ...Failure[]] {
  const [first, ...others] = failures ?? [];
  return [
    first ?? {
      type: failure_type,
      message: 'No reason is recorded.',
      field: null,
      value: null,
      expectation: null,
      schema: null,
      path: null,
      keyword: null,
      source: null,
    },
    ...others,
  ];
}

export const messageOf = ({ message, type }: Failure): string => message ?? type ?? 'No reason is recorded.';

/** Where in an event a failure lies, in the 64 characters that badrows gives a name. */
export const fieldOf = ({ field, path, type }: Failure): string => upTo(64, field ?? path ?? type ?? 'event');

/** The processor of a row: `headwater-enricher/0.1.0` in two parts. */
export function processorOf({ processor, stage }: FailedEvent): {
  readonly artifact: string;
  readonly version: string;
} {
  const [artifact = '', ...rest] = (processor ?? '').split('/');
  const version = rest.join('/');
  return {
    artifact: upTo(512, artifact === '' ? `headwater-${stage ?? 'unknown'}` : artifact),
    // Theirs must begin with three numbers; ours may be `test`.
    version: upTo(
      32,
      /^\d+\.\d+\.\d+/.test(version) ? version : `0.0.0-${version === '' ? 'unknown' : version}`,
    ),
  };
}
