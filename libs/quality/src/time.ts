export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HALF_HOUR = 30 * MINUTE;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

/** Half hours of a week: the resolution of the baseline. */
export const SLOTS = 336;
/** 1970-01-01 was a Thursday; weeks are counted from the Monday before. */
const MONDAY = -3 * DAY;

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

const modulo = (value: number, base: number): number => ((value % base) + base) % base;

/** Half hours since Monday 00:00 UTC, with the fraction: 0 ≤ position < 336. */
export const slotPosition = (time: number): number => modulo(time - MONDAY, WEEK) / HALF_HOUR;

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `10:02`, UTC. */
export const clockOf = (time: number): string =>
  `${twoDigits(Math.floor(modulo(time, DAY) / HOUR))}:${twoDigits(Math.floor(modulo(time, HOUR) / MINUTE))}`;

/** `Tuesday 10:02`, UTC. */
export const weekdayAndClockOf = (time: number): string =>
  `${weekdays[Math.floor(modulo(time - MONDAY, WEEK) / DAY)] ?? 'Monday'} ${clockOf(time)}`;
