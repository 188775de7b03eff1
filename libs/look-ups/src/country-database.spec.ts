import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKit } from '@headwater/service-kit';
import { CountryDatabase, CountryDatabaseUnavailable, shippedCountryDatabase } from './country-database';

const folder = mkdtempSync(join(tmpdir(), 'headwater-countries-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function read(path: string): Promise<CountryDatabase> {
  const database = new CountryDatabase({ path, ...createKit('enricher', 'silent') });
  await database.refresh();
  return database;
}

describe('a database', () => {
  it.each([
    ['81.2.69.0', 'GB'],
    ['2001:4860::', 'US'],
    ['10.0.0.0', null],
  ])('that comes with Headwater knows %s', async (address, country) => {
    const database = await read(shippedCountryDatabase());
    expect(database.countryOf(address)).toBe(country);
  });
});

describe('a database that is not there', () => {
  it('makes the service not ready and events wait, and is taken once it is there', async () => {
    const path = join(folder, 'late.mmdb');
    const database = await read(path);
    expect(database.notReady()).toMatch(
      /late\.mmdb cannot be read \(ENOENT.*\)\. Put an mmdb file there, or set COUNTRY__DATABASE/,
    );
    expect(() => database.countryOf('81.2.69.142')).toThrow(CountryDatabaseUnavailable);
    copyFileSync(shippedCountryDatabase(), path);
    await database.refresh();
    expect([database.notReady(), database.countryOf('81.2.69.0')]).toEqual([null, 'GB']);
  });

  it('is an outage that waiting can heal', () => {
    expect(new CountryDatabaseUnavailable('gone').retriable).toBe(true);
  });
});

describe('a database that changes', () => {
  it('stays in use when the new one is damaged', async () => {
    const path = join(folder, 'damaged.mmdb');
    copyFileSync(shippedCountryDatabase(), path);
    const database = await read(path);
    writeFileSync(path, 'not a database');
    utimesSync(path, new Date(), new Date(Date.now() + 5_000));
    await database.refresh();
    expect([database.notReady(), database.countryOf('81.2.69.0')]).toEqual([null, 'GB']);
  });
});
