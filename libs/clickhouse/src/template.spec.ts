import { migrations } from './generated/migrations';
import { render, statementsOf } from './template';

describe('render', () => {
  it('puts settings in', () => {
    expect(
      render('CREATE TABLE {{database}}.a{{on_cluster}}', { database: 'x', on_cluster: ' ON CLUSTER c' }),
    ).toBe('CREATE TABLE x.a ON CLUSTER c');
  });

  it('names a setting that there is not', () => {
    expect(() => render('{{daabase}}', { database: 'x' })).toThrow(
      /\{\{daabase\}\}, which is no setting\. Known are database/,
    );
  });
});

describe('statementsOf', () => {
  it('cuts at semicolons that end a line, and leaves out comments and empty parts', () => {
    const sql =
      "-- First.\nCREATE TABLE a; \n\n-- Second; with a stop.\nINSERT INTO a VALUES ('x;y');\n;\n-- The end.\n";
    expect(statementsOf(sql)).toEqual(['CREATE TABLE a', "INSERT INTO a VALUES ('x;y')"]);
  });
});

describe('migrations', () => {
  it('are numbered without gaps and can be run twice', () => {
    expect(migrations.map(({ number }) => number)).toEqual(migrations.map((_migration, index) => index + 1));
    for (const { sql } of migrations)
      for (const statement of statementsOf(sql))
        expect(statement).toMatch(
          /^(?:CREATE TABLE IF NOT EXISTS|CREATE MATERIALIZED VIEW IF NOT EXISTS|CREATE OR REPLACE VIEW|ALTER TABLE .*\n\s*ADD COLUMN IF NOT EXISTS) /,
        );
  });
});
