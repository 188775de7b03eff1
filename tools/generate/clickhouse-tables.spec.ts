import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { clickhouseTables } from './clickhouse-tables';
import type { GeneratedFile } from './generator';

const EVENTS = 'libs/clickhouse/migrations/0001_events.sql';

describe('clickhouseTables', () => {
  let root: string;
  const write = (files: readonly GeneratedFile[]): void => {
    for (const { path, content } of files) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
  };
  const change = (path: string, from: string | RegExp, to: string): void => {
    const text = readFileSync(join(root, path), 'utf8');
    expect(text).toMatch(from);
    writeFileSync(join(root, path), text.replace(from, to));
  };
  const sqlFiles = (): readonly GeneratedFile[] =>
    clickhouseTables(root).filter(({ path }) => path.endsWith('.sql'));

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'headwater-generate-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('makes a migration for every table of an empty folder, and none the second time', () => {
    const files = clickhouseTables(root);
    expect(files.map(({ path }) => path.split('/').at(-1))).toEqual([
      '0001_events.sql',
      '0002_failed_events.sql',
      '0003_stage_counts.sql',
      '0004_quality_alerts.sql',
      'migrations.ts',
    ]);
    write(files);
    expect(sqlFiles()).toEqual([]);
    expect(clickhouseTables(root)).toEqual([files.at(-1)]);
  });

  it('adds the column of a field that is new, and makes the view anew', () => {
    write(clickhouseTables(root));
    change(EVENTS, /\n {4}`is_bot` Nullable\(Bool\) COMMENT '[^']*',/, '');
    const added = sqlFiles();
    expect(added.map(({ path }) => path)).toEqual(['libs/clickhouse/migrations/0005_events_columns.sql']);
    expect(added[0]?.content).toContain(
      "ALTER TABLE {{database}}.events_stored{{on_cluster}}\n    ADD COLUMN IF NOT EXISTS `is_bot` Nullable(Bool) COMMENT 'The user agent names itself a bot.';",
    );
    expect(added[0]?.content).toMatch(
      /CREATE OR REPLACE VIEW {{database}}\.events{{on_cluster}} AS\nSELECT[^]*`is_bot`/,
    );
    expect(added[0]?.content).toContain('event_contexts');
    write(added);
    expect(sqlFiles()).toEqual([]);
  });

  it('leaves a column alone whose field is gone', () => {
    write(clickhouseTables(root));
    change(EVENTS, '    `is_bot` ', "    `former` String COMMENT 'Was here.',\n    `is_bot` ");
    expect(sqlFiles()).toEqual([]);
  });

  it('does not change a type', () => {
    write(clickhouseTables(root));
    change(EVENTS, '`se_value` Nullable(Float64)', '`se_value` Nullable(Float32)');
    expect(() => clickhouseTables(root)).toThrow(
      /column events_stored\.se_value is Nullable\(Float32\) in the migrations and Nullable\(Float64\) in the contracts.*write a migration by hand/,
    );
  });

  it('carries the text of every migration into the bundles', () => {
    const workspace = resolve(__dirname, '../..');
    const [embedded, ...others] = clickhouseTables(workspace);
    expect(others).toEqual([]);
    expect(embedded?.content).toBe(readFileSync(join(workspace, embedded?.path ?? ''), 'utf8'));
  });
});
