import { findingsOf, NOW } from '../testing/an-installation';
import { countries } from './countries';

const DAY = 86_400_000;

describe('the check of the country database', () => {
  it('is content with a recent one', async () => {
    const [file, licence] = await findingsOf(countries);
    expect(file).toMatchObject({
      state: 'ok',
      seen: expect.stringMatching(/^Built 2025-12-07, 30 days ago/) as string,
    });
    expect(licence).toMatchObject({ state: 'ok', seen: 'LICENSE.txt.' });
  });

  it('warns of an old one', async () => {
    const built = (): Promise<number> => Promise.resolve(NOW - 181 * DAY);
    expect((await findingsOf(countries, { countries: { built } }))[0]).toMatchObject({ state: 'warning' });
  });

  it('warns when no licence lies beside it', async () => {
    const licences = (): Promise<string[]> => Promise.resolve([]);
    expect((await findingsOf(countries, { countries: { licences } }))[1]).toMatchObject({ state: 'warning' });
  });

  it('is a problem when it cannot be read', async () => {
    const built = (): Promise<never> => Promise.reject(new Error('ENOENT'));
    expect(await findingsOf(countries, { countries: { built } })).toEqual([
      expect.objectContaining({ state: 'problem', seen: 'ENOENT' }),
    ]);
  });
});
