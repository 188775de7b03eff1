import fc from 'fast-check';
import { insertFromFile, outlineOf, parseDataInsert, quoteString } from './sql-scan';

describe('parseDataInsert', () => {
  it.each([
    ['a format', 'INSERT INTO t FORMAT Native', 'Native', ''],
    [
      'a database and columns',
      'INSERT INTO db.t (a, b) FORMAT JSONEachRow\n{"a":1}',
      'JSONEachRow',
      '{"a":1}',
    ],
    ['lower case', 'insert into t format CSV\n1,2\n', 'CSV', '1,2\n'],
    ['comments', '-- FORMAT x\nINSERT /* VALUES */ INTO t # FORMAT y\n FORMAT TSV 1', 'TSV', '1'],
    ['settings', 'INSERT INTO t SETTINGS a = 1 FORMAT Native\nxyz', 'Native', 'xyz'],
    ['values', "INSERT INTO t VALUES (1, 'a')", 'Values', " (1, 'a')"],
    ['a table called format', 'INSERT INTO format FORMAT Native', 'Native', ''],
    ['a table called values in a database', 'INSERT INTO db.values FORMAT Native', 'Native', ''],
    ['a quoted name that looks like a keyword', 'INSERT INTO `x FORMAT y` FORMAT Native', 'Native', ''],
    ['a column called format', 'INSERT INTO t (format, values) FORMAT Native', 'Native', ''],
    ['only one line end before the data', 'INSERT INTO t FORMAT Native\r\n\n\n', 'Native', '\n\n'],
  ])('finds where the data begins: %s', (_case, sql, format, data) => {
    const insert = parseDataInsert(sql);
    expect(insert?.format).toBe(format);
    expect(sql.slice(insert?.dataAt)).toBe(data);
  });

  it.each([
    ['a read', 'SELECT 1 FORMAT Native'],
    ['an insert of a read', 'INSERT INTO t SELECT 1 FORMAT Native'],
    ['an insert with a common table expression', 'INSERT INTO t WITH 1 AS x SELECT x'],
    ['an insert that names its file', "INSERT INTO t FROM INFILE 'x' FORMAT CSV"],
    ['an insert without data or format', 'INSERT INTO t'],
    ['nothing', ''],
  ])('is null for %s', (_case, sql) => {
    expect(parseDataInsert(sql)).toBeNull();
  });

  it('ends on any text', () => {
    const pieces = fc.constantFrom(
      'INSERT',
      'INTO',
      't',
      'FORMAT',
      'VALUES',
      '(',
      ')',
      "'",
      '`',
      '"',
      '\\',
      '--',
      '/*',
      '$$',
      ';',
      '\n',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
        const sql = parts.join(' ');
        const insert = parseDataInsert(sql);
        outlineOf(sql);
        if (insert !== null) expect(insert.dataAt).toBeLessThanOrEqual(sql.length);
      }),
    );
  });
});

describe('insertFromFile', () => {
  const rewrite = (sql: string): string => insertFromFile(sql, parseDataInsert(sql)!, "/tmp/it's");

  it.each([
    [
      'INSERT INTO t (a) FORMAT Native\nbytes',
      "INSERT INTO t (a) FROM INFILE '/tmp/it\\'s' COMPRESSION 'none' FORMAT Native",
    ],
    [
      'INSERT INTO t SETTINGS x = 1, y = 2 FORMAT CSV',
      "INSERT INTO t FROM INFILE '/tmp/it\\'s' COMPRESSION 'none' SETTINGS x = 1, y = 2 FORMAT CSV",
    ],
    ['INSERT INTO t VALUES', "INSERT INTO t FROM INFILE '/tmp/it\\'s' COMPRESSION 'none' FORMAT Values"],
  ])('%s', (sql, expected) => {
    expect(rewrite(sql)).toBe(expected);
  });
});

describe('outlineOf', () => {
  it.each([
    ['SELECT 1', 'SELECT', null, null],
    ['  select 1 format JSONEachRow', 'SELECT', 'JSONEachRow', null],
    ['(SELECT 1) UNION ALL (SELECT 2)', 'SELECT', null, null],
    ['SELECT 1 FORMAT JSON SETTINGS max_threads = 1', 'SELECT', 'JSON', null],
    ['SELECT 1 FORMAT JSON -- to see it', 'SELECT', 'JSON', null],
    ['SELECT format FROM t', 'SELECT', null, null],
    ["SELECT format('{}', a) FROM t", 'SELECT', null, null],
    ["SELECT 'FORMAT x'", 'SELECT', null, null],
    ['SELECT 1; ', 'SELECT', null, null],
    ['SELECT 1; -- done', 'SELECT', null, null],
    ['SELECT 1; SELECT 2', 'SELECT', null, 10],
    ["SELECT ';SELECT 2'", 'SELECT', null, null],
    ['CREATE TABLE t (a String) ENGINE = Memory', 'CREATE', null, null],
    ['', '', null, null],
    ['-- nothing', '', null, null],
  ])('%s', (sql, verb, format, secondAt) => {
    expect(outlineOf(sql)).toEqual({ verb, format, secondAt });
  });
});

describe('quoteString', () => {
  it('escapes what ends a literal', () => {
    expect(quoteString("a'b\\c")).toBe("'a\\'b\\\\c'");
  });

  it('makes a literal that the scanner reads as one', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(outlineOf(`SELECT ${quoteString(text)}; SELECT 2`).secondAt).toBe(
          `SELECT ${quoteString(text)}; `.length,
        );
      }),
    );
  });
});
