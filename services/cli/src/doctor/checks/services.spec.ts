import { findingsOf, NOW } from '../testing/an-installation';
import { services } from './services';

const URL = 'http://loader:8080';
const metrics = (text: string): { [`http://loader:8080/metrics`]: { body: string } } => ({
  [`${URL}/metrics`]: { body: text },
});

describe('the check of services', () => {
  it('is left out when no address was given', async () => {
    expect(await findingsOf(services)).toEqual([]);
  });

  it('is content with one that is ready', async () => {
    expect(await findingsOf(services, { services: [URL] })).toEqual([
      expect.objectContaining({ state: 'ok', subject: `service ${URL}` }),
    ]);
  });

  it('repeats in words what one waits for', async () => {
    const body = JSON.stringify({ status: 'unavailable', reasons: { clickhouse: 'It does not answer.' } });
    expect(
      await findingsOf(services, {
        services: [URL],
        answers: { [`${URL}/health/ready`]: { status: 503, body } },
      }),
    ).toEqual([
      expect.objectContaining({
        state: 'problem',
        seen: 'It is not ready (503): clickhouse: It does not answer.',
      }),
    ]);
  });

  it('is a problem when it does not answer', async () => {
    expect(
      await findingsOf(services, {
        services: [URL],
        answers: { [`${URL}/health/live`]: new Error('connect ECONNREFUSED') },
      }),
    ).toEqual([
      expect.objectContaining({ state: 'problem', seen: 'It does not answer (connect ECONNREFUSED).' }),
    ]);
  });

  it('asks for the token where metrics are refused', async () => {
    const [found] = await findingsOf(services, {
      services: [URL],
      answers: { [`${URL}/metrics`]: { status: 401 } },
    });
    expect(found).toMatchObject({
      state: 'warning',
      next: expect.stringContaining('ADMIN__TOKEN') as string,
    });
  });

  it.each([
    ['headwater_stalled_partitions{service="loader"} 2', 'problem', '2 partitions have records'],
    [
      'headwater_waiting_partitions{topic="a"} 1\nheadwater_waiting_partitions{topic="b"} 2',
      'warning',
      '3 partitions wait',
    ],
    [
      'headwater_poisoned_partitions{topic="a",partition="0"} 1',
      'problem',
      '1 partitions stand before a record batch that cannot be read.',
    ],
    ['headwater_gap_records_total{topic="a",partition="0"} 40', 'problem', '40 records were removed'],
  ])('reads %j', async (text, state, seen) => {
    const [found] = await findingsOf(services, { services: [URL], answers: metrics(`# HELP x\n${text}\n`) });
    expect(found).toMatchObject({ state, seen: expect.stringContaining(seen) as string });
  });

  describe('the country database that an enricher reads', () => {
    const DAY = 86_400_000;
    const found = (days: number): ReturnType<typeof findingsOf> => {
      const built = String((NOW - days * DAY) / 1_000);
      const text = `headwater_geo_db_build_timestamp_seconds{service="enricher"} ${built}\n`;
      return findingsOf(services, { services: [URL], answers: metrics(text) });
    };

    it('is in order for half a year', async () => {
      expect(await found(180)).toEqual([expect.objectContaining({ state: 'ok' })]);
    });

    it('is told of when it is older, as the alert rule does', async () => {
      expect(await found(181)).toEqual([
        {
          state: 'warning',
          subject: `country database of ${URL}`,
          seen: 'Built 2025-07-09, 181 days ago.',
          next: 'Put a newer one there: the enricher reads it within 30 s, without a restart.',
          runbook: 'E_COUNTRY_DATABASE_UNAVAILABLE',
        },
      ]);
    });

    it('has no age before it was read', async () => {
      const text = 'headwater_geo_db_build_timestamp_seconds{service="enricher"} 0\n';
      expect(await findingsOf(services, { services: [URL], answers: metrics(text) })).toEqual([
        expect.objectContaining({ state: 'ok' }),
      ]);
    });
  });

  it('warns of two versions side by side', async () => {
    const version = (text: string): { body: string } => ({
      body: `headwater_build_info{version="${text}"} 1\n`,
    });
    const found = await findingsOf(services, {
      services: [URL, 'http://enricher:8080'],
      answers: { [`${URL}/metrics`]: version('1.1.0'), 'http://enricher:8080/metrics': version('1.0.0') },
    });
    expect(found.at(-1)).toMatchObject({ state: 'warning', subject: 'versions' });
  });
});
