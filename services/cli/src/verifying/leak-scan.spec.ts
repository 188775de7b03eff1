import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouse } from '@headwater/clickhouse';
import { UsageError } from '../command';
import { filesBelow, metricsUrl, scanFiles, scanMetrics, scanTables, withoutSecrets } from './leak-scan';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-scan-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('scanTables', () => {
  it('looks at all that is suspicious, a page at a time, also where rows are of no app', async () => {
    const asked: { readonly sql: string; readonly params: Readonly<Record<string, unknown>> }[] = [];
    const clickhouse = {
      query: (sql: string, params: Readonly<Record<string, unknown>> = {}) => {
        asked.push({ sql, params });
        const rows = (): readonly object[] => {
          if (sql.includes('system.columns')) return [{ table: 'failed', column: 'useragent', hasApp: 1 }];
          if (sql.includes('AS suspects')) return [{ suspects: 20_001 }];
          return [{ texts: [params['page'] === 2 ? 'from 198.18.7.9' : 'wide%20 and no address'] }];
        };
        return Promise.resolve(rows());
      },
    } as unknown as ClickHouse;
    expect(await scanTables(clickhouse, 'verify-spec')).toEqual([
      { where: 'table failed, column useragent', encoding: 'text', found: '198.18.7.9' },
    ]);
    const pages = asked.filter(({ sql }) => sql.includes('AS texts'));
    expect(pages.map(({ params }) => [params['page'], params['pages']])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    for (const { sql } of asked.slice(1)) expect(sql).toContain("app_id IN ({app:String}, '*', '')");
    for (const { sql } of asked) expect(sql).not.toContain('LIMIT');
  });
});

describe('scanFiles', () => {
  it('names the line of a file in a folder, however deep, and how the address is written', async () => {
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    file('clean.log', 'nothing at 192.0.2.1\n');
    const path = file('a/b/enricher.log', '{"msg":"ok"}\n\n{"ip":"198.18.7.9"}\n{"n":3323068417}\n');
    expect(await scanFiles([folder])).toEqual([
      { where: `${path}, line 2`, encoding: 'text', found: '198.18.7.9' },
      { where: `${path}, line 3`, encoding: 'decimal', found: '3323068417' },
    ]);
  });

  it('finds an address at the very end of a file that does not end its line', async () => {
    const path = file('torn.log', 'from 198.19.1.2');
    expect(await scanFiles([path])).toHaveLength(1);
  });

  it('says that there is nothing to scan instead of finding nothing', async () => {
    expect(() => filesBelow(join(folder, 'logs'))).toThrow(UsageError);
    await expect(scanFiles([join(folder, 'logs')])).rejects.toThrow('there is no such file or folder');
  });
});

describe('scanMetrics', () => {
  let server: Server;
  let url: string;
  const asked: (string | undefined)[] = [];
  let answer = { status: 200, text: '' };

  beforeEach(async () => {
    asked.length = 0;
    server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(answer.status).end(answer.text);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/metrics`;
  });
  afterEach(() => server.close());

  it('finds an address in a label', async () => {
    answer = { status: 200, text: 'requests_total{host="a"} 1\nrequests_total{ip="198.18.0.1"} 1\n' };
    expect(await scanMetrics([url], null)).toEqual([{ where: url, encoding: 'text', found: '198.18.0.1' }]);
    expect(asked).toEqual([undefined]);
  });

  it('sends the token, or the name and password of the address itself, and repeats neither', async () => {
    answer = { status: 200, text: '198.18.0.1' };
    const own = url.replace('http://', 'http://ops:s%20ecret@');
    const leaks = await scanMetrics([url, own], 'a token of some length');
    expect(asked).toEqual([
      'Bearer a token of some length',
      `Basic ${Buffer.from('ops:s ecret').toString('base64')}`,
    ]);
    expect(leaks.map(({ where }) => where)).toEqual([url, url]);
    expect(withoutSecrets(own)).toBe(url);
  });

  it.each([
    [401, /answers 401: set ADMIN__TOKEN_FILE/],
    [404, /answers 404: give --metrics an address that can be read/],
  ])('fails with a code, as an outage, where the answer is %d', async (status, words) => {
    answer = { status, text: 'no' };
    await expect(scanMetrics([url], null)).rejects.toMatchObject({
      code: 'E_METRICS',
      message: expect.stringMatching(words) as string,
    });
  });

  it.each(['localhost:9092/metrics', 'file:///etc/passwd', 'metrics', ''])(
    'refuses the address "%s"',
    (text) => {
      expect(() => metricsUrl(text)).toThrow(UsageError);
    },
  );
});
