import { findingsOf, NOW } from '../testing/an-installation';
import { clocks } from './clocks';

const SERVICE = 'http://loader:8080';

describe('the check of clocks', () => {
  it('is content when they agree', async () => {
    const found = await findingsOf(clocks, { services: [SERVICE] });
    expect(found.map(({ subject, state }) => [subject, state])).toEqual([
      ['clock of clickhouse', 'ok'],
      ['clock of schema registry', 'ok'],
      [`clock of service ${SERVICE}`, 'ok'],
    ]);
  });

  it.each([
    [-5_000, 'warning', 'It is at least 5 s behind this machine.'],
    [4_999, 'ok', 'It agrees with this machine.'],
    [90_000, 'problem', 'It is at least 90 s ahead of this machine.'],
  ])('judges ClickHouse %d ms away', async (skew, state, seen) => {
    const [found] = await findingsOf(clocks, { rows: { 'now64(3)) AS now': [{ now: NOW + skew }] } });
    expect(found).toMatchObject({ state, seen });
  });

  it.each([
    [-6_500, 'warning'],
    // The header has whole seconds: this may be 4.9 s.
    [-5_900, 'ok'],
    [70_000, 'problem'],
  ])('judges a service %d ms away', async (skew, state) => {
    const found = await findingsOf(clocks, {
      services: [SERVICE],
      answers: { [`${SERVICE}/health/live`]: { date: NOW + skew } },
    });
    expect(found.at(-1)).toMatchObject({ state });
  });

  it('says of what does not answer that it was not checked, and of what tells no time that it need not', async () => {
    const found = await findingsOf(clocks, {
      services: [SERVICE],
      answers: {
        'http://registry/subjects': { date: null },
        [`${SERVICE}/health/live`]: new Error('connect ECONNREFUSED'),
      },
    });
    expect(found.map(({ state }) => state)).toEqual(['ok', 'ok', 'not checked']);
  });
});
