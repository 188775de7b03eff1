import { isBelowOne, unansweredLevel } from './open-installation';

it.each<[string, string, boolean]>([
  ['http://loader:80', 'http://loader:80/metrics', true],
  ['http://loader', 'http://loader:80/health/live', true],
  ['http://gate/loader/', 'http://gate/loader/metrics', true],
  ['http://loader:80', 'http://loader:8081/metrics', false],
  ['http://loader', 'http://loader.evil.example/metrics', false],
  ['http://loader', 'https://loader/metrics', false],
  ['http://gate/loader', 'http://gate/loader-registry/subjects', false],
])('%s: the token of its services goes to %s: %s', (service, url, is) => {
  expect(isBelowOne(['http://other:1', service], url)).toBe(is);
});

it.each([
  [401, /with 401 .*REGISTRY__USERNAME, REGISTRY__PASSWORD/],
  [404, /with 404 .*REGISTRY__URL is the base/],
  [503, /with 503 .*log says why; run this again/],
])('says what to do when the registry answers %d', (status, sentence) => {
  expect(unansweredLevel('http://registry/config', status)).toMatch(sentence);
  expect(unansweredLevel('http://registry/config', status)).toMatch(
    /^The registry answers http:\/\/registry\/config /,
  );
});
