import { promisify } from 'node:util';
import { guarded, isPublic, publicLookup, urlProblem } from './guarded-address';

describe('isPublic', () => {
  it.each([
    ['93.184.216.34', true],
    ['2606:2800:220:1:248:1893:25c8:1946', true],
    ['127.0.0.1', false],
    ['0.0.0.0', false],
    ['10.1.2.3', false],
    ['172.16.0.1', false],
    ['192.168.1.1', false],
    ['169.254.169.254', false],
    ['100.64.0.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['fe80::1', false],
    ['fd00::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:169.254.169.254', false],
    ['64:ff9b::a00:1', false],
    ['2002:7f00:1::', false],
    ['not an address', false],
  ])('%s: %s', (address, expected) => {
    expect(isPublic(address)).toBe(expected);
  });
});

describe('urlProblem', () => {
  it.each([
    ['https://schemas.example.com', false, null],
    ['http://schemas.example.com', false, 'only https'],
    ['http://schemas.example.com', true, null],
    ['ftp://schemas.example.com', true, 'only https'],
    ['https://127.0.0.1', false, 'not public'],
    ['https://2130706433/', false, 'not public'],
    ['https://0x7f.1/', false, 'not public'],
    ['https://[::1]/', false, 'not public'],
    ['https://[::ffff:10.0.0.1]/', false, 'not public'],
    ['https://169.254.169.254/', false, 'not public'],
    ['https://10.0.0.1/', true, null],
    // A full-width or circled digit is a digit once the URL is read; so are octal and short forms.
    ['https://\uff11\uff12\uff17.0.0.1/', false, 'not public'],
    ['https://\u2460\u2461\u2466.0.0.1/', false, 'not public'],
    ['https://127\u30020\u30020\u30021/', false, 'not public'],
    ['https://0177.0.0.1/', false, 'not public'],
    ['https://127.1/', false, 'not public'],
    ['https://0/', false, 'not public'],
    ['https://[64:ff9b::169.254.169.254]/', false, 'not public'],
    ['https://[fe80::1]/', false, 'not public'],
    ['https://user@10.0.0.1/', false, 'not public'],
    ['https://b\u00fccher.example/', false, null],
  ])('%s with private allowed %s: %s', (url, allowPrivate, problem) => {
    const found = urlProblem(new URL(url), allowPrivate);
    if (problem === null) expect(found).toBeNull();
    else expect(found).toContain(problem);
  });
});

describe('a guarded look-up', () => {
  const from = (...addresses: readonly string[]) =>
    promisify<string, object, unknown>(
      guarded((_host, _options, callback) => {
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      }) as never,
    );

  it('gives one address, or all', async () => {
    await expect(from('93.184.216.34')('a.example', {})).resolves.toBe('93.184.216.34');
    await expect(from('93.184.216.34', '8.8.8.8')('a.example', { all: true })).resolves.toHaveLength(2);
  });

  it.each([
    ['a private address', ['10.0.0.1']],
    ['a private one among public ones', ['93.184.216.34', '169.254.169.254']],
    ['no address', []],
  ])('refuses a name with %s', async (_case, addresses) => {
    await expect(from(...addresses)('rebound.example', { all: true })).rejects.toThrow('not public');
  });

  it('judges each answer of a name that changes its mind, so that none is connected to unseen', async () => {
    const answers = ['93.184.216.34', '169.254.169.254'];
    const rebinding = promisify<string, object, unknown>(
      guarded((_host, _options, callback) => {
        callback(null, [{ address: answers.shift() ?? '', family: 4 }]);
      }) as never,
    );
    await expect(rebinding('rebound.example', {})).resolves.toBe('93.184.216.34');
    await expect(rebinding('rebound.example', {})).rejects.toThrow('not public');
  });

  it('passes on that a name does not exist', async () => {
    const failing = guarded((_host, _options, callback) => {
      callback(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }), undefined as never);
    });
    await expect(promisify<string, object, unknown>(failing as never)('nowhere.example', {})).rejects.toThrow(
      'ENOTFOUND',
    );
  });

  it('refuses this very machine by name', async () => {
    await expect(promisify<string, object, unknown>(publicLookup as never)('localhost', {})).rejects.toThrow(
      'localhost has an address that is not public',
    );
  });
});
