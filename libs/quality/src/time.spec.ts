import { clockOf, DAY, HALF_HOUR, SLOTS, slotPosition, WEEK, weekdayAndClockOf } from './time';

const MONDAY = Date.UTC(2026, 0, 5);

describe('slotPosition', () => {
  it('counts half hours from Monday 00:00 UTC, with the fraction, and begins anew each week', () => {
    expect(slotPosition(MONDAY)).toBe(0);
    expect(slotPosition(MONDAY + HALF_HOUR / 2)).toBe(0.5);
    expect(slotPosition(MONDAY + 7 * DAY - 1)).toBeLessThan(SLOTS);
    expect(slotPosition(MONDAY + WEEK)).toBe(0);
    expect(slotPosition(MONDAY - 60 * WEEK - HALF_HOUR)).toBe(SLOTS - 1);
  });
});

it('tells times in words', () => {
  expect(clockOf(MONDAY + 602 * 60_000)).toBe('10:02');
  expect(weekdayAndClockOf(Date.UTC(2026, 0, 6, 10, 5))).toBe('Tuesday 10:05');
  expect(weekdayAndClockOf(Date.UTC(2026, 0, 11, 23, 59))).toBe('Sunday 23:59');
});
