import { eventId, IdTally, numberOf, stampNumber } from './event-ids';

const run = 'beefcafe';

it.each([0, 1, 255, 0xffff_ffff, 0x1234_5678_9abc])('an id holds the number %d', (number) => {
  const id = eventId(run, number);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(numberOf(id, run)).toBe(number);
});

it('knows ids that are not of the run', () => {
  expect(numberOf(eventId('00000000', 3), run)).toBeNaN();
  expect(numberOf('beefcafe', run)).toBeNaN();
});

it.each([0, 7, 0xffff_ffff, 0x1234_5678_9abc])('stamps the number %d in place', (number) => {
  const buffer = Buffer.from(`"eid":"${eventId(run, 99)}"`);
  stampNumber(buffer, 7, number);
  expect(buffer.toString()).toBe(`"eid":"${eventId(run, number)}"`);
});

describe('IdTally', () => {
  it('tells records from different ids', () => {
    const tally = new IdTally(run, 100, 3);
    for (const number of [100, 101, 101]) tally.add(eventId(run, number));
    expect([tally.count, tally.distinct]).toEqual([3, 2]);
  });

  it('does not take strangers for expected ids', () => {
    const tally = new IdTally(run, 100, 3);
    for (const id of [eventId(run, 99), eventId(run, 103), eventId('00000000', 100), 'x']) tally.add(id);
    expect([tally.count, tally.distinct]).toEqual([4, 0]);
  });
});
