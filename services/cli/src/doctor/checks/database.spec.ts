import { MigrationConflict } from '@headwater/clickhouse';
import { findingsOf } from '../testing/an-installation';
import { database } from './database';

describe('the check of ClickHouse', () => {
  it('names its version, and is content with its tables', async () => {
    const found = await findingsOf(database);
    expect(found.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
    expect(found[0]?.seen).toBe('Version 26.7.2.');
  });

  it('says once that it does not answer', async () => {
    const found = await findingsOf(database, { rows: { 'version()': new Error('It does not answer.') } });
    expect(found).toEqual([
      expect.objectContaining({ state: 'problem', runbook: 'E_CLICKHOUSE_UNAVAILABLE' }),
    ]);
  });

  it('names migrations that are missing and tables that were changed', async () => {
    const found = await findingsOf(database, {
      database: {
        missingMigrations: () => Promise.resolve(['9 replay_runs']),
        tableProblems: () => Promise.resolve(['The table x lacks y.']),
      },
    });
    expect(found.slice(1)).toEqual([
      expect.objectContaining({ state: 'problem', seen: 'The database headwater lacks 9 replay_runs.' }),
      expect.objectContaining({ state: 'problem', subject: 'tables', seen: 'The table x lacks y.' }),
    ]);
  });

  it.each([
    [new MigrationConflict('Migration 3 was changed.'), 'problem'],
    [new Error('no rights'), 'not checked'],
  ])('tells a changed migration from a question that failed: %s', async (error, state) => {
    const found = await findingsOf(database, {
      database: { missingMigrations: () => Promise.reject(error) },
    });
    expect(found[1]).toMatchObject({ state, seen: error.message });
  });
});
