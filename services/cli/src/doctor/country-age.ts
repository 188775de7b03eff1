const DAY_MS = 86_400_000;

/**
 * Blocks of addresses change hands; after so long a noticeable share is under the wrong country. The alert rule
 * HeadwaterCountriesOld says the same: tools/runbooks/alert-rules.spec.ts holds them together.
 */
const COUNTRIES_OLD_DAYS = 180;

/** What is to be said of a country database that was built at a time, milliseconds since 1970. */
export function countryAge(built: number, now: number): { readonly isOld: boolean; readonly words: string } {
  const days = Math.floor((now - built) / DAY_MS);
  return {
    isOld: days > COUNTRIES_OLD_DAYS,
    words: `Built ${new Date(built).toISOString().slice(0, 10)}, ${String(days)} days ago`,
  };
}

export const NEWER_COUNTRIES = 'Put a newer one there: the enricher reads it within 30 s, without a restart.';
