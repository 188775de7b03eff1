import { TP2, type Attack, type Campaign } from '../attack';

const PATHS = [
  '/',
  '//',
  '///',
  '/i/',
  '/i//',
  '/I',
  '/./i',
  '/../i',
  '/..%2f..%2fetc/passwd',
  '/.git/config',
  '/.env',
  '/wp-login.php',
  '/admin/login',
  '/cgi-bin/test',
  '/a/b',
  '/a/b/c',
  '/%00/%00',
  '/%2e%2e/%2e%2e',
  '/a%2fb/c',
  '/com.snowplowanalytics.snowplow/tp3',
  '/com.snowplowanalytics.snowplow/tp2/',
  `${TP2}//`,
  '/com.snowplowanalytics.iglu/v1',
  '/r/tp2',
  '/health/live',
  '/constructor/prototype',
  '/__proto__/toString',
  `/${'a'.repeat(8_000)}/b`,
  '/a;b=c/d',
  '/a b/c',
  '/\u{1f986}/x',
];
const QUERIES = [
  '',
  '?',
  '??',
  '?=',
  '?&&&&',
  '?e',
  '?e=pv&e=ue&e=se',
  '?%',
  '?%zz=%zz',
  '?__proto__=1&constructor=2',
  '?schema=iglu:com.acme/x/jsonschema/1-0-0',
  '?u=//evil.example',
  '?u=https://evil.example%0d%0aset-cookie:a=b',
  '?u=javascript:alert(1)',
  '?u=https:evil.example',
  '?u=http://127.0.0.1@evil.example',
  `?${'a=b&'.repeat(2_000)}`,
  `?e=pv&p=web&tv=x&ip=203.0.113.9&%69p=203.0.113.9&ip`,
];
const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE'];

/** Every method at every path with every query: what scanners ask for, and what looks nearly right. */
export const paths: Campaign = {
  name: 'paths',
  *attacks(): Iterable<Attack> {
    for (const path of PATHS)
      for (const query of QUERIES)
        for (const method of METHODS)
          yield {
            name: `${method} ${path.slice(0, 60)}${query.slice(0, 60)}`,
            send: { method, path: encodeURI(path).replaceAll('%25', '%') + query, headers: {}, body: null },
            events: 'any',
          };
  },
};
