import { TestSandbox } from './sandbox';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await TestSandbox.start();
});
afterAll(() => sandbox.stop());

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('§3 derived_tstamp', () => {
  it.each<[why: string, sent: Readonly<Record<string, string>>, lag: number | null]>([
    [
      'what the device waited before it sent is taken off',
      { dtm: '1700000000000', stm: '1700000005000' },
      5_000,
    ],
    [
      'gaps of months are plain milliseconds',
      { dtm: '1700000000000', stm: String(1700000000000 + 70 * DAY) },
      70 * DAY,
    ],
    [
      'a device whose clock runs back: the time of the collector',
      { dtm: '1700000005000', stm: '1700000000000' },
      0,
    ],
    ['no time of sending: the time of the collector', { dtm: '1700000000000' }, 0],
    ['no time at all: the time of the collector', {}, 0],
  ])('%s', async (_why, sent, lag) => {
    const event = await sandbox.good(sent);
    expect(Number(event['collector_tstamp']) - Number(event['derived_tstamp'])).toBe(lag);
  });

  it('ttm wins over all clocks', async () => {
    const event = await sandbox.good({ ttm: '1600000000000', dtm: '1700000000000', stm: '1700000005000' });
    expect([event['true_tstamp'], event['derived_tstamp']]).toEqual([1600000000000, 1600000000000]);
  });

  it('collector_tstamp is the time of the request', async () => {
    const before = Date.now();
    const event = await sandbox.good({});
    expect(Number(event['collector_tstamp'])).toBeGreaterThanOrEqual(before);
    expect(Number(event['collector_tstamp'])).toBeLessThanOrEqual(Date.now());
  });
});

describe('time_quality', () => {
  it.each<[quality: string, sent: () => Readonly<Record<string, string>>]>([
    ['good', () => ({ dtm: String(Date.now() - 1_000), stm: String(Date.now()) })],
    ['late', () => ({ dtm: String(Date.now() - 3 * DAY), stm: String(Date.now()) })],
    ['skewed', () => ({ dtm: String(Date.now() - 400 * DAY), stm: String(Date.now() - 400 * DAY + 1_000) })],
    ['estimated', () => ({})],
  ])('%s', async (quality, sent) => {
    expect((await sandbox.good(sent()))['time_quality']).toBe(quality);
  });
});
