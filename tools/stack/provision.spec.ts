import { cacheFolder, javaProblem, mavenProblem } from './provision';

describe('cacheFolder', () => {
  it.each([
    [{ HEADWATER_CACHE: '/x' }, '/x'],
    [{ XDG_CACHE_HOME: '/c' }, '/c/headwater'],
    [{}, expect.stringMatching(/\/\.cache\/headwater$/)],
  ])('%j', (env, folder) => {
    expect(cacheFolder(env)).toEqual(folder);
  });
});

describe('javaProblem', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', null],
    ['openjdk version "25" 2025-09-16', null],
    ['java version "21-ea"', null],
  ])('is null for %s', (output) => {
    expect(javaProblem(false, output)).toBeNull();
  });

  it.each([
    [true, 'spawn java ENOENT', 'Java was not found'],
    [false, 'openjdk version "11.0.22" 2024-01-16', 'Java 11 is too old'],
    [false, 'java version "1.8.0_392"', 'Java 8 is too old'],
    [false, 'something else', 'could not be read'],
  ])('failed: %s, "%s": %s', (failed, output, text) => {
    const problem = javaProblem(failed, output);
    expect(problem?.message).toContain(text);
    expect(problem?.fix).toContain('JAVA_HOME');
  });
});

describe('mavenProblem', () => {
  it.each([
    ['Maven is missing', true, '', 'not installed', 'apt-get install maven'],
    ['the disk is full', false, '[ERROR] x: No space left on device', 'is full', 'HEADWATER_CACHE'],
    [
      'the name is unknown',
      false,
      '[\u001b[1;31mERROR\u001b[m] Failed to execute goal copy: Could not transfer artifact: Unknown host repo.maven.apache.org: Name or service not known',
      'could not download from repo.maven.apache.org',
      'proxy',
    ],
    [
      'the download is refused',
      false,
      '[ERROR] Could not transfer artifact a:b:jar:1: status code: 403',
      'could not download',
      'mirror',
    ],
    ['something else', false, '[ERROR] Broken pom.', 'Maven failed: Broken pom', '~/.m2'],
  ])('%s', (_case, notFound, output, problem, fix) => {
    const error = mavenProblem(notFound, output, '/cache');
    expect(error.problem).toContain(problem);
    expect(error.fix).toContain(fix);
    expect(error.message).not.toContain('\u001b');
  });
});
