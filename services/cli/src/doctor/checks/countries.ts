import { reasonOf, type Check } from '../check';
import { countryAge, NEWER_COUNTRIES } from '../country-age';
import { ok, problem, warning } from '../finding';

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
    const { isOld, words } = countryAge(built, now());
    const licences = await database.licences();
    return [
      isOld
        ? warning(subject, `${words}.`, NEWER_COUNTRIES)
        : ok(
            subject,
            `${words}. (As seen from this machine; with --service the one of each enricher is looked at as well.)`,
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
