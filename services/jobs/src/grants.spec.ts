import { migrations } from '@headwater/clickhouse';
import { allTables, databaseGrantsOf, databaseRoles, type DatabaseRole } from '@headwater/loading';
import { grantStatements } from './grants';

const may = (role: DatabaseRole, privilege: string): string[] =>
  databaseGrantsOf(role, 'hw', migrations).flatMap(({ privileges, on }) =>
    privileges.includes(privilege) ? [on] : [],
  );

describe('databaseGrantsOf', () => {
  it('lets the loader write its tables, and read of them what materialized views take over', () => {
    expect(may('loader', 'INSERT')).toEqual(allTables.map(({ stored }) => `hw.${stored}`));
    expect(may('loader', 'SELECT')).toEqual(['hw.schema_migrations']);
    const parts = databaseGrantsOf('loader', 'hw', migrations).filter(({ privileges }) =>
      privileges[0]?.startsWith('SELECT('),
    );
    expect(parts.map(({ on }) => on)).toEqual(['hw.events_stored', 'hw.failed_events_stored']);
    expect(parts[0]?.privileges).toEqual([
      'SELECT(app_id, collector_tstamp, event_id, load_tstamp, replay_id, replay_of, replayed_at)',
    ]);
  });

  it('lets the monitor read counts and alerts, and no event', () => {
    expect(may('quality-monitor', 'SELECT')).toEqual([
      'hw.quality_alerts',
      'hw.quality_alerts_stored',
      'hw.stage_counts',
      'hw.stage_counts_stored',
    ]);
    expect(may('quality-monitor', 'INSERT')).toEqual([]);
  });

  it('lets a reader read every view, with what the view reads, and write nothing', () => {
    expect(may('reader', 'SELECT')).toEqual(
      expect.arrayContaining([
        'hw.event_contexts',
        'hw.events',
        'hw.events_stored',
        'hw.failed_event_problems',
      ]),
    );
    expect(may('reader', 'INSERT')).toEqual([]);
  });

  it('lets the command line write replay runs alone', () => {
    expect(may('cli', 'INSERT')).toEqual(['hw.replay_runs_stored']);
  });

  it('lets the verifier read every table that holds rows, and write nothing', () => {
    const stored = migrations.flatMap(({ sql }) =>
      [...sql.matchAll(/CREATE TABLE IF NOT EXISTS \{\{database\}\}\.(\w+)/g)].map(
        ([, name = '']) => `hw.${name}`,
      ),
    );
    expect(stored).toEqual(expect.arrayContaining(['hw.events_stored', 'hw.replay_runs_stored']));
    expect(may('verifier', 'SELECT')).toEqual(
      expect.arrayContaining([...stored, 'system.columns', 'system.tables']),
    );
    expect(may('verifier', 'INSERT')).toEqual([]);
  });

  it('keeps to the database of the installation, and to what doctor asks the server', () => {
    for (const role of databaseRoles)
      for (const { on } of databaseGrantsOf(role, 'hw', migrations))
        expect(on).toMatch(/^(?:hw\.(?:\w+|\*)|system\.\w+)$/);
  });

  it('reads the last definition of a view', () => {
    const sql = [
      'CREATE OR REPLACE VIEW {{database}}.v{{on_cluster}} AS SELECT 1 FROM {{database}}.a;',
      'CREATE OR REPLACE VIEW {{database}}.v{{on_cluster}} AS SELECT 1 FROM {{database}}.b;\nCREATE OR REPLACE VIEW {{database}}.w AS SELECT 1 FROM {{database}}.v;',
    ].map((text, index) => ({ number: index, name: 'x', sql: text }));
    expect(databaseGrantsOf('reader', 'hw', sql).map(({ on }) => on)).toEqual(['hw.b', 'hw.v', 'hw.w']);
  });
});

describe('grantStatements', () => {
  it('makes a role, gives it its rights, and gives it to whom it is for', () => {
    const statements = grantStatements('hw', { users: { qualityMonitor: 'monitor' } }, 'main');
    expect(statements).toEqual(
      expect.arrayContaining([
        'CREATE ROLE IF NOT EXISTS hw_quality_monitor ON CLUSTER `main`',
        'GRANT ON CLUSTER `main` SELECT ON hw.stage_counts TO hw_quality_monitor',
        'GRANT ON CLUSTER `main` hw_quality_monitor TO `monitor`',
        'GRANT ON CLUSTER `main` CLUSTER ON *.* TO hw_migrate',
      ]),
    );
    expect(statements.join('\n')).not.toContain('IDENTIFIED');
  });

  it('makes roles that two installations on one server do not share', () => {
    const rolesIn = (database: string): string[] =>
      grantStatements(database, { users: {} }).flatMap(
        (sql) => /CREATE ROLE IF NOT EXISTS (\w+)/.exec(sql)?.[1] ?? [],
      );
    expect(rolesIn('headwater')).toContain('headwater_loader');
    expect(rolesIn('eu').filter((role) => rolesIn('us').includes(role))).toEqual([]);
    for (const sql of grantStatements('eu', { users: {} })) expect(sql).not.toContain('headwater');
  });
});
