import { aliasesOf, aliasProblem, readAlias } from './aliases';

describe('readAlias', () => {
  it.each([
    ['/assets/p=/com.snowplowanalytics.snowplow/tp2', '/assets/p', '/com.snowplowanalytics.snowplow/tp2'],
    ['/t=/com.snowplowanalytics.snowplow/tp2', '/t', '/com.snowplowanalytics.snowplow/tp2'],
    ['/a/b/c=/i', '/a/b/c', '/i'],
    ['/a/b/=/i', '/a/b/', '/i'],
    [' /click = /r/tp2 ', '/click', '/r/tp2'],
    ['/hook=/com.snowplowanalytics.iglu/v1', '/hook', '/com.snowplowanalytics.iglu/v1'],
  ])('reads %s', (entry, from, to) => {
    expect(readAlias(entry)).toEqual({ from, to });
  });

  it.each([
    ['/a', 'has no `=`'],
    ['a=/i', 'is no path'],
    ['=/i', 'is no path'],
    ['/=/i', 'is no path'],
    ['//a=/i', 'is no path'],
    ['/a?b=/i', 'is no path'],
    ['/a b=/i', 'is no path'],
    ['/health=/i', 'a page of the collector'],
    ['/health/live=/i', 'a page of the collector'],
    ['/metrics=/i', 'a page of the collector'],
    ['/a=/b', 'where no events are taken'],
    ['/a=/health/live', 'where no events are taken'],
    ['/a=https://evil.example/x', 'where no events are taken'],
  ])('says what is wrong with %s', (entry, problem) => {
    expect(readAlias(entry)).toContain(problem);
  });
});

describe('aliasesOf', () => {
  it('knows the old name of the pixel', () => {
    expect(aliasesOf([]).get('/ice.png')).toEqual({ path: '/i', app: null });
    expect(aliasesOf([]).get('/a/b')).toBeUndefined();
  });

  it('joins the paths of the configuration with those of apps', () => {
    const apps = new Map([
      ['/shop', 'shop'],
      ['/blog', 'blog'],
    ]);
    const aliases = aliasesOf(
      [
        { from: '/blog', to: '/i' },
        { from: '/free', to: '/i' },
      ],
      apps,
    );
    expect(aliases.get('/shop')).toEqual({ path: '/com.snowplowanalytics.snowplow/tp2', app: 'shop' });
    expect(aliases.get('/blog')).toEqual({ path: '/i', app: 'blog' });
    expect(aliases.get('/free')).toEqual({ path: '/i', app: null });
  });
});

it.each(['/a', '/a/b', '/a/b/c', '/com.acme/tp2'])('lets an app have the path %s', (path) => {
  expect(aliasProblem(path)).toBeNull();
});
