import { stat } from 'node:fs/promises';
import { RecentlyUsed } from '@headwater/enrichment';
import type { Logger, Registry } from '@headwater/service-kit';
import { ServiceError } from '@headwater/stage';
import { open, validate, type CountryResponse, type Reader } from 'maxmind';
import { Gauge } from 'prom-client';
import { z } from 'zod';

/** Time between two looks at the file, milliseconds. */
const LOOK_EVERY_MS = 30_000;
/** Well-known networks, looked up to see whether a file is sound. */
const PROBES = ['8.8.8.0', '1.1.1.0', '2001:4860::'];
/** Truncated addresses whose country is remembered: they repeat, and reading the tree costs some microseconds. */
const REMEMBERED = 20_000;

/** Where the countries of addresses are looked up: `COUNTRY__DATABASE`. */
export const countryConfig = z.object({
  database: z
    .string()
    .optional()
    .describe(
      'File in MaxMind format (mmdb) that knows the countries of addresses; it is read again when it changes. Without it, the CC0 database that comes with Headwater.',
    ),
});

/** The database that comes with Headwater (CC0): found where the packages are, also from a bundle. */
export const shippedCountryDatabase = (): string =>
  require.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb');

/** Events wait: what they are enriched with cannot be added later, and they are innocent. */
export class CountryDatabaseUnavailable extends ServiceError {
  override readonly code = 'E_COUNTRY_DATABASE_UNAVAILABLE';
  override readonly retriable = true;
}

/** MaxMind's own databases nest the country, others have it as a field of its own. */
type CountryRecord = CountryResponse & { readonly country_code?: string };

export interface CountryDatabaseOptions {
  /** Without it, the one that comes with Headwater. */
  readonly path?: string | undefined;
  readonly log: Logger;
  readonly metrics: Registry;
}

/**
 * Countries of addresses, from an mmdb file. Nothing but the country is read of it. The file is read again when it
 * changes; one that cannot be read then leaves the old one in use.
 */
export class CountryDatabase {
  private reader: Reader<CountryRecord> | null = null;
  private readAt: number | null = null;
  private problem = 'it was not read yet';
  private known = new RecentlyUsed<string | null>(REMEMBERED);
  private timer: NodeJS.Timeout | null = null;
  private readonly built: Gauge;
  private readonly path: string;

  constructor(private readonly options: CountryDatabaseOptions) {
    this.path = options.path ?? shippedCountryDatabase();
    this.built = new Gauge({
      name: 'headwater_geo_db_build_timestamp_seconds',
      help: 'When the country database in use was built, seconds since 1970.',
      registers: [options.metrics],
    });
  }

  /** Reads the file, and looks at it from time to time. A file that cannot be read is tried again. */
  async start(): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => void this.refresh(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** Null, or why no country can be told, and what to do. */
  notReady(): string | null {
    return this.reader ? null : this.explanation();
  }

  /**
   * ISO 3166-1 alpha-2 code; null where the database has none.
   *
   * @throws {CountryDatabaseUnavailable} while no database could be read
   */
  readonly countryOf = (address: string): string | null => {
    if (!this.reader) throw new CountryDatabaseUnavailable(this.explanation());
    return this.known.get(address, this.lookUp);
  };

  /** Reads the file if it is another one than last time. Never rejects. */
  async refresh(): Promise<void> {
    const {
      path,
      options: { log },
    } = this;
    try {
      const { mtimeMs } = await stat(path);
      if (mtimeMs === this.readAt) return;
      const reader = await open<CountryRecord>(path);
      for (const address of PROBES) countryIn(reader, address);
      this.reader = reader;
      this.readAt = mtimeMs;
      this.known = new RecentlyUsed(REMEMBERED);
      const { buildEpoch, databaseType } = reader.metadata;
      this.built.set(buildEpoch.getTime() / 1_000);
      log.info({ path, databaseType, built: buildEpoch.toISOString() }, 'Read the country database');
    } catch (error) {
      this.problem = (error as Error).message;
      log.error(
        { path, reason: this.problem },
        `${this.explanation()} ${this.reader ? 'The one read before stays in use.' : 'No event is enriched until then.'}`,
      );
    }
  }

  private readonly lookUp = (address: string): string | null => {
    try {
      return this.reader && countryIn(this.reader, address);
    } catch (error) {
      // Only a damaged file makes a look-up fail: the event is innocent.
      this.problem = (error as Error).message;
      throw new CountryDatabaseUnavailable(this.explanation(), { cause: error });
    }
  };

  private explanation(): string {
    return `The country database ${this.path} cannot be read (${this.problem}). Put an mmdb file there, or set COUNTRY__DATABASE to one.`;
  }
}

function countryIn(reader: Reader<CountryRecord>, address: string): string | null {
  if (!validate(address) || (reader.metadata.ipVersion === 4 && address.includes(':'))) return null;
  const record = reader.get(address);
  return record?.country?.iso_code ?? record?.country_code ?? null;
}
