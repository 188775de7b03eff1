import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClickHouseError } from '@clickhouse/client';
import { type ServiceError } from '@headwater/stage';
import {
  classify,
  ClickHouseAccessDenied,
  ClickHouseFault,
  ClickHouseUnavailable,
  ContentRefused,
  TablesNotReady,
} from './errors';
import { UnencodableValue } from './native/encode-block';

const migrations = join(__dirname, '../migrations');
const url = 'http://clickhouse:8123';
const doing = 'did not take 2 rows for events_stored';
const said = (code: string, type: string, message = 'It happened.'): ClickHouseError =>
  new ClickHouseError({ code, type, message });

describe('classify', () => {
  it.each([
    ['159', 'TIMEOUT_EXCEEDED'],
    ['173', 'CANNOT_ALLOCATE_MEMORY'],
    ['209', 'SOCKET_TIMEOUT'],
    ['241', 'MEMORY_LIMIT_EXCEEDED'],
    ['242', 'TABLE_IS_READ_ONLY'],
    ['243', 'NOT_ENOUGH_SPACE'],
    ['252', 'TOO_MANY_PARTS'],
    ['999', 'KEEPER_EXCEPTION'],
    ['1001', 'STD_EXCEPTION'],
    ['1002', 'UNKNOWN_EXCEPTION'],
  ])('waits for %s %s to pass', (code, type) => {
    const error = classify(said(code, type), url, doing);
    expect(error).toBeInstanceOf(ClickHouseUnavailable);
    expect((error as ServiceError).retriable).toBe(true);
    expect(error.message).toBe(
      `ClickHouse at ${url} ${doing} for now (code ${code} ${type}: It happened). It is tried again. If this stays, look at the log of ClickHouse.`,
    );
  });

  it.each([
    ['497', 'ACCESS_DENIED'],
    ['516', 'AUTHENTICATION_FAILED'],
  ])('waits for someone to correct %s %s', (code, type) => {
    const error = classify(said(code, type), url, doing);
    expect(error).toBeInstanceOf(ClickHouseAccessDenied);
    expect((error as ServiceError).retriable).toBe(true);
    expect(error.message).toContain('CLICKHOUSE__PASSWORD');
  });

  it.each([
    ['60', 'UNKNOWN_TABLE'],
    ['81', 'UNKNOWN_DATABASE'],
    ['16', 'NO_SUCH_COLUMN_IN_TABLE'],
  ])('waits for a migration after %s %s', (code, type) => {
    const error = classify(said(code, type), url, doing);
    expect(error).toBeInstanceOf(TablesNotReady);
    expect((error as ServiceError).retriable).toBe(true);
    expect(error.message).toContain('Run the job `migrate`');
  });

  const pushed = (view: string): string =>
    `Cannot parse string 'secret' as UInt32: while pushing to view ${view} (3f1c): while executing`;

  it.each([
    ['6', 'CANNOT_PARSE_TEXT'],
    ['395', 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO'],
    ['153', 'ILLEGAL_DIVISION'],
  ])('does not blame the rows for a view of somebody else: %s %s', (code, type) => {
    const error = classify(said(code, type, pushed('headwater.by_user')), url, doing);
    expect(error).toBeInstanceOf(TablesNotReady);
    expect(error.message).toBe(
      `ClickHouse at ${url} ${doing}: the view by_user, which is not ours, cannot work with them (code ${code} ${type}). They wait and are tried again. Correct the view, or drop it.`,
    );
  });

  it('does not tell anybody to drop a view of ours', () => {
    const own = readdirSync(migrations)
      .flatMap((file) => [
        ...readFileSync(join(migrations, file), 'utf8').matchAll(
          /CREATE MATERIALIZED VIEW IF NOT EXISTS \{\{database\}\}\.(\w+)/g,
        ),
      ])
      .map(([, name]) => name ?? '');
    expect(own.length).toBeGreaterThan(0);
    for (const name of own) {
      const error = classify(said('60', 'UNKNOWN_TABLE', pushed(`headwater.${name}`)), url, doing);
      expect(error).toBeInstanceOf(TablesNotReady);
      expect(error.message).toMatch(/Run the job `migrate` of this version\.$/);
    }
  });

  it('waits when ClickHouse is short of something while it feeds a view', () => {
    const error = classify(said('241', 'MEMORY_LIMIT_EXCEEDED', pushed('headwater.by_user')), url, doing);
    expect(error).toBeInstanceOf(ClickHouseUnavailable);
  });

  it('is not led to a view by what a row holds', () => {
    const quoted = "Constraint `c` for table is violated at row 1. page_title = ': while pushing to view x'";
    expect(classify(said('469', 'VIOLATED_CONSTRAINT', quoted), url, doing)).toBeInstanceOf(ContentRefused);
  });

  it('blames the rows for a value that cannot be read, without quoting it', () => {
    const error = classify(said('6', 'CANNOT_PARSE_TEXT', "Cannot parse 'secret'"), url, doing);
    expect(error).toBeInstanceOf(ContentRefused);
    expect(error.message).toContain('code 6 CANNOT_PARSE_TEXT');
    expect(JSON.stringify([error.message, error.cause ?? null])).not.toContain('secret');
  });

  it('blames the rows for a value that could not be encoded', () => {
    const error = new UnencodableValue('event_id', 'UUID');
    expect(classify(error, url, doing)).toBe(error);
    expect(error).toBeInstanceOf(ContentRefused);
  });

  it('stops for what it does not know', () => {
    const error = classify(said('62', 'SYNTAX_ERROR', 'Syntax error: failed at 203.0.113.7'), url, doing);
    expect(error).toBeInstanceOf(ClickHouseFault);
    expect((error as ServiceError).retriable).toBe(false);
    expect(error.message).toContain('failed at [address]');
  });

  it.each([
    [
      'a refused connection',
      Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:8123')]), {
        code: 'ECONNREFUSED',
      }),
      /ECONNREFUSED/,
    ],
    ['a timeout', new Error('Timeout error.'), /Timeout error\. It is tried again/],
    [
      'a connection that broke',
      new Error('socket hang up', { cause: new Error('read ECONNRESET') }),
      /ECONNRESET/,
    ],
    ["a proxy's page", new Error('<html>502 Bad Gateway</html>'), /502 Bad Gateway/],
  ])('waits after %s', (_case, cause, message) => {
    const error = classify(cause, url, doing);
    expect(error).toBeInstanceOf(ClickHouseUnavailable);
    expect(error.message).toMatch(message);
    expect(error.message).toContain('CLICKHOUSE__URL');
  });

  it('passes on what is an error of ours', () => {
    const bug = new TypeError('x is not a function');
    expect(classify(bug, url, doing)).toBe(bug);
    const known = new TablesNotReady('…');
    expect(classify(known, url, doing)).toBe(known);
  });
});
