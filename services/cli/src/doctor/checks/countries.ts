import { reasonOf, type Check } from '../check';
import { ok, problem, warning } from '../finding';

const DAY_MS = 86_400_000;
/** Blocks of addresses change hands; after so long a noticeable share is under the wrong country. */
const WARN_DAYS = 180;

export const countries: Check = {
  name: 'country database',
  summary: 'it can be read, is recent, and its licence is at hand',
  runbook: 'E_COUNTRY_DATABASE_UNAVAILABLE',
  run: async ({ countries: database, now }) => {
    const subject = `file ${database.path}`;
    let built: number;
    try {
      built = await database.built();
    } catch (error) {
      return [
        problem(
          subject,
          reasonOf(error),
          'Put an mmdb file there, or correct COUNTRY__DATABASE: without one no event is enriched.',
        ),
      ];
    }
    const days = Math.floor((now() - built) / DAY_MS);
    const age = `Built ${new Date(built).toISOString().slice(0, 10)}, ${String(days)} days ago`;
    const licences = await database.licences();
    return [
      days > WARN_DAYS
        ? warning(
            subject,
            `${age}.`,
            'Put a newer one there: the enricher reads it within 30 s, without a restart.',
          )
        : ok(
            subject,
            `${age}. (As seen from this machine; each enricher reports its own as headwater_geo_db_build_timestamp_seconds.)`,
          ),
      licences.length === 0
        ? warning(
            'licence of it',
            'No licence lies beside the file.',
            'Keep the licence of its maker beside it: MaxMind and others demand that, and name what you must show to readers.',
          )
        : ok('licence of it', `${licences.join(', ')}.`),
    ];
  },
};
