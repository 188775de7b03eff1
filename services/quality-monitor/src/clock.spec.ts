import { clockOf } from './clock';

describe('clockOf', () => {
  it('is real time unless told otherwise', () => {
    const clock = clockOf({ offsetSeconds: 0, speed: 1 }, () => 5000);
    expect([clock.now(), clock.at(4000), clock.at(9000)]).toEqual([5000, 4000, 9000]);
  });

  it('shifts the time, and lets it run faster from the start on', () => {
    let real = 1_000_000;
    const clock = clockOf({ offsetSeconds: -60, speed: 30 }, () => real);
    expect(clock.now()).toBe(940_000);
    real += 2000;
    expect(clock.now()).toBe(1_000_000);
    expect(clock.at(999_000)).toBe(939_000);
  });
});
