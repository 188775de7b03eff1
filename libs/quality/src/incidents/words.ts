import { maskAddresses, TOTAL } from '@headwater/stage';
import { OTHER_APPS, OTHER_EVENTS } from '../counts/series-table';
import { ALL_APPS } from '../counts/tally';
import { clockOf, DAY, HOUR, MINUTE, weekdayAndClockOf } from '../time';

const LONGEST_NAME = 80;
const EMAIL = /[^\s@]+(?:@|%40)[^\s@]+\.[^\s@]+/g;
const LONG_NUMBER = /\d{7,}/g;

/**
 * A name that a client chose, as it may be shown: on one line, short, and without anything that reads as an address, a
 * mail address or a long number.
 */
export function safeName(name: string): string {
  const plain = maskAddresses(name.replace(/[\p{C}\p{Z}]+/gu, ' ').trim())
    .replace(EMAIL, '[mail]')
    .replace(LONG_NUMBER, '[number]');
  return plain.length > LONGEST_NAME ? `${plain.slice(0, LONGEST_NAME - 1)}…` : plain;
}

/** `page_view from app shop`, `app shop`, `all apps together`. */
export function nameOf(appId: string, series: string): string {
  const app =
    appId === ALL_APPS
      ? 'all apps together'
      : appId === OTHER_APPS
        ? 'the smaller apps'
        : `app ${safeName(appId)}`;
  if (series === OTHER_EVENTS) return `the rarer events from ${app}`;
  if (series.startsWith('event_name=')) return `${safeName(series.slice('event_name='.length))} from ${app}`;
  return series === TOTAL || appId === ALL_APPS ? app : `${safeName(series)} from ${app}`;
}

/** At most three significant digits: `0.42`, `7.3`, `171`, `12,400`. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  const digits = Number(value.toPrecision(Math.abs(value) >= 1000 ? 4 : 3));
  return Math.abs(value) >= 100 ? Math.round(digits).toLocaleString('en-GB') : String(digits);
}

export const percent = (share: number): string =>
  `${figure(share >= 0.1 ? Math.round(share * 100) : share * 100)} %`;

export function duration(milliseconds: number): string {
  const minutes = Math.max(0, Math.round(milliseconds / MINUTE));
  if (minutes === 1) return '1 minute';
  if (milliseconds < 2 * HOUR) return `${minutes} minutes`;
  return milliseconds < 2 * DAY
    ? `${figure(milliseconds / HOUR)} hours`
    : `${figure(milliseconds / DAY)} days`;
}

export const atTime = (time: number): string => `${clockOf(time)} UTC`;
export const onDay = (time: number): string => `${weekdayAndClockOf(time)} UTC`;
export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
