import { copyFileSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKit } from '@headwater/service-kit';
import { corpora } from '@headwater/testing';
import { CountryDatabase, CountryDatabaseUnavailable, shippedCountryDatabase } from './country-database';

const folder = mkdtempSync(join(tmpdir(), 'headwater-countries-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const maxmindTest = corpora('maxmind-db', 'test-data', 'GeoIP2-Country-Test.mmdb');

async function read(path: string): Promise<{ database: CountryDatabase; metrics: () => Promise<string> }> {
  const { log, metrics } = createKit('enricher', 'silent');
  const database = new CountryDatabase({ path, log, metrics });
  await database.refresh();
  return { database, metrics: () => metrics.metrics() };
}

describe('a database', () => {
  it.each([
    ['81.2.69.142', 'GB'],
    ['89.160.20.112', 'SE'],
    ['2001:218::', 'JP'],
    ['10.0.0.1', null],
    ['not an address', null],
    ['', null],
  ])('of MaxMind knows %s', async (address, country) => {
    const { database } = await read(maxmindTest);
    expect([database.countryOf(address), database.countryOf(address)]).toEqual([country, country]);
  });

  it('is ready, and says when it was built', async () => {
    const { database, metrics } = await read(maxmindTest);
    expect(database.notReady()).toBeNull();
    const built = Date.parse('2026-02-04T22:49:29.000Z') / 1_000;
    expect(await metrics()).toMatch(new RegExp(`headwater_geo_db_build_timestamp_seconds\\{.*\\} ${built}`));
  });

  it('is read again, and what was remembered of the old one is forgotten', async () => {
    const path = join(folder, 'changing.mmdb');
    copyFileSync(maxmindTest, path);
    const { database } = await read(path);
    expect(database.countryOf('8.8.8.0')).toBeNull();
    copyFileSync(shippedCountryDatabase(), path);
    utimesSync(path, new Date(), new Date(Date.now() + 5_000));
    await database.refresh();
    expect(database.countryOf('8.8.8.0')).toBe('US');
  });
});

describe('a damaged file', () => {
  const damaged = readdirSync(corpora('maxmind-db', 'bad-data'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith('.mmdb'))
    .map((entry) => [entry.name, join(entry.parentPath, entry.name)] as const);

  it.each(damaged)('%s never makes an event fail: it waits, or has no country', async (_name, path) => {
    const { database } = await read(path);
    const answers = ['8.8.8.0', '81.2.69.142', '1.1.1.1', '2001:4860::'].map((address) => {
      try {
        return database.countryOf(address);
      } catch (error) {
        return error;
      }
    });
    for (const answer of answers)
      expect(
        answer === null || typeof answer === 'string' || answer instanceof CountryDatabaseUnavailable,
      ).toBe(true);
  });
});
