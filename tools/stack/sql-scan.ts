/**
 * Just enough of ClickHouse's lexer to see the outline of a statement: where an INSERT's data begins, and whether there is a
 * second statement. Works on any string whose non-ASCII characters mean nothing, so bytes may be passed as latin1.
 */

interface Token {
  readonly kind: 'word' | 'quoted' | 'symbol';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The next token at or after `from` that is neither blank nor comment, or null at the end. */
function nextToken(sql: string, from: number): Token | null {
  const start = skipBlanks(sql, from);
  const first = sql[start];
  if (first === undefined) return null;
  const token = (kind: Token['kind'], end: number): Token => ({
    kind,
    text: sql.slice(start, end),
    start,
    end,
  });
  if (first === "'" || first === '"' || first === '`') return token('quoted', endOfQuoted(sql, start, first));
  const heredoc = /\$\w*\$/y;
  heredoc.lastIndex = start;
  const tag = heredoc.exec(sql)?.[0];
  if (tag !== undefined) {
    const close = sql.indexOf(tag, start + tag.length);
    return token('quoted', close === -1 ? sql.length : close + tag.length);
  }
  const word = /\w+/y;
  word.lastIndex = start;
  return word.test(sql) ? token('word', word.lastIndex) : token('symbol', start + 1);
}

function skipBlanks(sql: string, from: number): number {
  const blanks = /(?:\s+|--[^\n]*|#[ !][^\n]*|\/\*[^]*?(?:\*\/|$))*/y;
  blanks.lastIndex = from;
  blanks.test(sql);
  return blanks.lastIndex;
}

function endOfQuoted(sql: string, start: number, quote: string): number {
  for (let i = start + 1; i < sql.length; i += 1) {
    if (sql[i] === '\\') i += 1;
    else if (sql[i] === quote) {
      if (sql[i + 1] !== quote) return i + 1;
      i += 1;
    }
  }
  return sql.length;
}

/** An INSERT whose rows follow as data in a format. Positions are offsets in the statement. */
export interface DataInsert {
  readonly format: string;
  /** Where ` FROM INFILE '…'` can be put in: before SETTINGS if there are any, else before FORMAT or VALUES. */
  readonly sourceAt: number;
  /** Where FORMAT or VALUES begins. */
  readonly formatAt: number;
  /** Where the data begins: after the format's name, blanks and one line end. */
  readonly dataAt: number;
}

/** Reads `INSERT INTO t [(columns)] [SETTINGS …] FORMAT x <data>` or `… VALUES <data>`; null for every other statement. */
export function parseDataInsert(sql: string): DataInsert | null {
  let token = nextToken(sql, 0);
  if (token === null || !isWord(token, 'INSERT')) return null;
  let depth = 0;
  let settingsAt: number | null = null;
  let previous = token;
  for (
    token = nextToken(sql, token.end);
    token !== null;
    previous = token, token = nextToken(sql, token.end)
  ) {
    if (token.text === '(') depth += 1;
    else if (token.text === ')') depth -= 1;
    // Right after these comes a name, whatever it looks like.
    if (depth > 0 || token.kind !== 'word' || /^(into|table|function|\.)$/i.test(previous.text)) continue;
    if (isWord(token, 'SELECT') || isWord(token, 'WITH') || isWord(token, 'INFILE')) return null;
    if (isWord(token, 'SETTINGS')) settingsAt = token.start;
    if (isWord(token, 'VALUES')) {
      return {
        format: 'Values',
        sourceAt: settingsAt ?? token.start,
        formatAt: token.start,
        dataAt: token.end,
      };
    }
    if (!isWord(token, 'FORMAT')) continue;
    const format = nextToken(sql, token.end);
    if (format?.kind !== 'word') continue;
    const gap = /[ \t]*(?:\r?\n)?/y;
    gap.lastIndex = format.end;
    gap.test(sql);
    return {
      format: format.text,
      sourceAt: settingsAt ?? token.start,
      formatAt: token.start,
      dataAt: gap.lastIndex,
    };
  }
  return null;
}

/** The same insert, told to read its data from a file that holds nothing else. */
export function insertFromFile(sql: string, insert: DataInsert, file: string): string {
  const target = sql.slice(0, insert.sourceAt).trimEnd();
  const settings = sql.slice(insert.sourceAt, insert.formatAt).trim();
  const source = `FROM INFILE ${quoteString(file)} COMPRESSION 'none'`;
  return [target, source, ...(settings === '' ? [] : [settings]), `FORMAT ${insert.format}`].join(' ');
}

/** What the HTTP interface needs to know about a statement that is not an insert of data. */
export interface Outline {
  /** First word, in capitals: `SELECT`, `WITH`, `CREATE`, …; empty when there is none. */
  readonly verb: string;
  /** The format named at the end (`FORMAT x`), or null. */
  readonly format: string | null;
  /** Offset of a second statement after a `;`, or null. ClickHouse's HTTP interface takes one statement a request. */
  readonly secondAt: number | null;
}

export function outlineOf(sql: string): Outline {
  const tokens: Token[] = [];
  for (let token = nextToken(sql, 0); token !== null; token = nextToken(sql, token.end)) tokens.push(token);
  const end = tokens.findIndex((token) => token.text === ';');
  const statement = end === -1 ? tokens : tokens.slice(0, end);
  const second = end === -1 ? undefined : tokens.slice(end).find((token) => token.text !== ';');
  const first = statement.find((token) => token.text !== '(');
  return {
    verb: first?.kind === 'word' ? first.text.toUpperCase() : '',
    format: lastFormat(statement),
    secondAt: second?.start ?? null,
  };
}

/** `FORMAT x` ends a statement, or only SETTINGS follow it. A column may be called `format` as well. */
function lastFormat(statement: readonly Token[]): string | null {
  for (let i = statement.length - 2; i >= 0; i -= 1) {
    const [token, name, next] = [statement[i], statement[i + 1], statement[i + 2]];
    if (token === undefined || name?.kind !== 'word' || !isWord(token, 'FORMAT')) continue;
    if (next === undefined || isWord(next, 'SETTINGS')) return name.text;
  }
  return null;
}

/** A ClickHouse string literal. */
export function quoteString(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'word' && token.text.toUpperCase() === word;
}
