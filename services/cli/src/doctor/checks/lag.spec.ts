import { topics } from '@headwater/contracts';
import type { PartitionLag } from '@headwater/kafka';
import type { Finding } from '../finding';
import { aLag, findingsOf } from '../testing/an-installation';
import { lag } from './lag';

const { enrichedEvents } = topics;

/** What is said of the validator, whose partition looks like this, one look after the other. */
async function ofValidator(...looks: readonly Partial<PartitionLag>[]): Promise<Finding | undefined> {
  let look = 0;
  const found = await findingsOf(lag, {
    brokers: {
      lag: (group) => {
        if (group !== 'validator') return Promise.resolve([]);
        const known = looks[Math.min(look, looks.length - 1)];
        look += 1;
        return Promise.resolve([aLag(enrichedEvents, known)]);
      },
    },
  });
  return found.find(({ subject }) => subject === 'group validator');
}

describe('the check of lag', () => {
  it('is content with groups that have read everything', async () => {
    const found = await findingsOf(lag);
    expect(found.map(({ subject, state }) => [subject, state])).toEqual([
      ['group enricher', 'ok'],
      ['group validator', 'ok'],
      ['group loader', 'ok'],
      ['group quality-monitor', 'ok'],
    ]);
  });

  it('waits for progress before it calls a lag a standstill', async () => {
    const behind = { stableEnd: 200n };
    expect(await ofValidator(behind, behind, behind, { stableEnd: 200n, committed: 190n })).toMatchObject({
      state: 'ok',
      seen: 'It is 10 records behind, and reading.',
    });
  });

  it('tells a standstill with its place', async () => {
    expect(await ofValidator({ stableEnd: 250n })).toMatchObject({
      state: 'problem',
      seen: 'It stands still in enriched-events/0 (150 records behind).',
    });
  });

  it('tells a group that has never read', async () => {
    expect(await ofValidator({ committed: null, stableEnd: 5n })).toMatchObject({ state: 'problem' });
  });

  it('tells a batch that was begun and not finished', async () => {
    expect(
      (await ofValidator({ stableEnd: 250n, metadata: `v1:pending:100-250:150:${'0'.repeat(64)}` }))?.seen,
    ).toContain('; a batch is begun and not finished.');
  });

  it('warns of a lag that takes long at this speed', async () => {
    expect(
      await ofValidator({ stableEnd: 100_000n }, { stableEnd: 100_000n, committed: 200n }),
    ).toMatchObject({
      state: 'warning',
      seen: expect.stringMatching(/^It is 99800 records behind, and reading\. .* 34 minutes/) as string,
    });
  });

  it('names what retention has taken', async () => {
    expect(await ofValidator({ committed: 10n, start: 40n })).toMatchObject({
      state: 'problem',
      runbook: 'E_GAP',
      seen: expect.stringContaining(
        '30 records of enriched-events/0 before they were read: offsets 10 to 39.',
      ) as string,
    });
  });

  it('asks nobody to keep addresses for longer than a day', async () => {
    const found = await findingsOf(lag, {
      brokers: {
        lag: (group) =>
          Promise.resolve(
            group === 'enricher' ? [aLag(topics.collectorPayloads, { committed: 10n, start: 40n })] : [],
          ),
      },
    });
    expect(found.find(({ runbook }) => runbook === 'E_GAP')?.next).toContain('Do not raise the retention');
    expect((await ofValidator({ committed: 10n, start: 40n }))?.next).toContain('Raise the retention');
  });

  it('names an offset behind the end of the log', async () => {
    expect(await ofValidator({ committed: 101n })).toMatchObject({
      state: 'problem',
      runbook: 'E_ABOVE_END',
    });
  });

  it('says of a group that cannot be asked about that it was not checked, and still checks the others', async () => {
    const found = await findingsOf(lag, {
      brokers: {
        lag: (group) => (group === 'loader' ? Promise.reject(new Error('no rights')) : Promise.resolve([])),
      },
    });
    expect(found.map(({ state }) => state)).toEqual(['ok', 'ok', 'not checked', 'ok']);
  });
});
