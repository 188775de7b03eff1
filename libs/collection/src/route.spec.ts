import { routeOf, splitTarget } from './route';

describe('routeOf', () => {
  it.each([
    ['POST', '/com.snowplowanalytics.snowplow/tp2', 'post'],
    ['POST', '/com.snowplowanalytics.iglu/v1', 'post'],
    ['POST', '/anything/else', 'post'],
    ['POST', '/i', 'nowhere'],
    ['POST', '/', 'nowhere'],
    ['POST', '/a/b/c', 'nowhere'],
    ['POST', '//b', 'nowhere'],
    ['POST', '/a/', 'nowhere'],
    ['POST', '/health/live', 'nowhere'],
    ['POST', '/r/tp2', 'nowhere'],
    ['POST', '/a/b/', 'nowhere'],
    ['GET', '/i', 'pixel'],
    ['HEAD', '/i', 'pixel'],
    ['GET', '/com.snowplowanalytics.snowplow/tp2', 'pixel'],
    ['GET', '/com.snowplowanalytics.snowplow/tp1', 'pixel'],
    ['GET', '/a/b/', 'page'],
    ['GET', '/r/tp2', 'redirect'],
    ['HEAD', '/r/tp2', 'redirect'],
    ['GET', '/r/', 'page'],
    ['GET', '/r/tp2/', 'page'],
    ['GET', '/health/live', 'page'],
    ['GET', '/metrics', 'page'],
    ['GET', '/', 'page'],
    ['GET', '/j', 'page'],
    ['OPTIONS', '/com.snowplowanalytics.snowplow/tp2', 'preflight'],
    ['OPTIONS', '*', 'preflight'],
    ['PUT', '/com.snowplowanalytics.snowplow/tp2', 'method-not-allowed'],
    ['TRACE', '/', 'method-not-allowed'],
  ])('%s %s is %s', (method, path, route) => {
    expect(routeOf(method, path)).toBe(route);
  });
});

describe('splitTarget', () => {
  it.each([
    ['/i', '/i', null],
    ['/i?', '/i', null],
    ['/i?e=pv&u=a?b', '/i', 'e=pv&u=a?b'],
    ['/i???e=pv', '/i', 'e=pv'],
  ])('splits %s', (target, path, querystring) => {
    expect(splitTarget(target)).toEqual({ path, querystring });
  });
});
