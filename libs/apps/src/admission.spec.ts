import { createAdmission, type Shown } from './admission';
import { aRegistry } from './registry.fixture';

const nothing: Shown = { pathApp: null, key: null, gitlabAppId: null, aid: null, origin: null };
const apps = [
  { id: 'open' },
  { id: 'keyed', keys: ['key-of-keyed'] },
  { id: 'paged', origins: ['https://paged.example', 'https://both.example'] },
  {
    id: 'safe',
    keys: ['key-of-safe-1', 'key-of-safe-2'],
    origins: ['https://safe.example', 'https://both.example'],
  },
  { id: 'aliased', keys: ['key-of-aliased'], aliases: ['/aliased'] },
];
const judged = (shown: Partial<Shown>, policy: object = {}): string => {
  const admission = createAdmission(aRegistry({ apps, ...policy }))({ ...nothing, ...shown });
  if (admission.kind === 'open') return 'open';
  return admission.kind === 'admitted'
    ? `admitted ${admission.app.id}`
    : `${admission.fate} ${admission.app ?? '?'} by ${admission.field}`;
};

describe('a request', () => {
  it.each<[string, Partial<Shown>, string]>([
    ['that shows nothing stays open: its events say more', {}, 'open'],
    ['from a page that nobody listed', { origin: 'https://other.example' }, 'open'],
    ['of an app without conditions', { aid: 'open' }, 'admitted open'],
    ['of that app from any page', { aid: 'open', origin: 'https://other.example' }, 'admitted open'],
    ['with a key', { key: 'key-of-keyed' }, 'admitted keyed'],
    ['with its second key', { key: 'key-of-safe-2' }, 'admitted safe'],
    ['with a key as GitLab sends it', { gitlabAppId: 'key-of-keyed' }, 'admitted keyed'],
    ['with an id as GitLab sends it', { gitlabAppId: 'open' }, 'admitted open'],
    ['with key and aid', { key: 'key-of-keyed', aid: 'keyed' }, 'admitted keyed'],
    ['by the path of an app', { pathApp: 'aliased' }, 'admitted aliased'],
    ['by a page of one app alone', { origin: 'https://paged.example' }, 'admitted paged'],
    ['by a page that two apps list', { origin: 'https://both.example' }, 'open'],
    [
      'by a page of an app with keys: its events must prove themselves',
      { origin: 'https://safe.example' },
      'open',
    ],
    ['by its own page, named', { aid: 'paged', origin: 'https://paged.example' }, 'admitted paged'],
    ['from no page, as servers send', { aid: 'paged' }, 'admitted paged'],
    ['without its key', { aid: 'keyed' }, 'fail keyed by aid'],
    ['with the id in place of the key', { gitlabAppId: 'keyed' }, 'fail keyed by X-GitLab-AppId'],
    ['from a foreign page', { aid: 'paged', origin: 'https://other.example' }, 'fail paged by Origin'],
    [
      'from a foreign page, with the key',
      { key: 'key-of-safe-1', origin: 'https://other.example' },
      'fail safe by Origin',
    ],
    ['with the key of another app', { key: 'key-of-keyed', aid: 'open' }, 'fail keyed by aid'],
    ['with another aid than its path', { pathApp: 'aliased', aid: 'open' }, 'fail aliased by aid'],
    [
      'with a key that is none, and the aid of an app',
      { key: 'guessed-key', aid: 'open' },
      'fail open by X-Headwater-Key',
    ],
    ['of an unknown app', { aid: 'who' }, 'open'],
    ['with an unknown key', { key: 'guessed-key' }, 'open'],
    ['with a name of JavaScript', { aid: '__proto__', key: 'constructor' }, 'open'],
  ])('%s', (_case, shown, expected) => {
    expect(judged(shown)).toBe(expected);
  });

  it.each([
    ['fail', 'fail ? by aid'],
    ['drop', 'drop ? by aid'],
    ['reject', 'reject ? by aid'],
    ['accept', 'open'],
  ])('of an unknown app, where the policy is to %s', (unknown, expected) => {
    expect(judged({ aid: 'who' }, { unknown })).toBe(expected);
  });

  it.each(['fail', 'drop', 'reject'])('without its key, where the policy is to %s', (unproven) => {
    expect(judged({ aid: 'keyed' }, { unproven })).toBe(`${unproven} keyed by aid`);
  });

  it('is told why, without the key that it guessed', () => {
    const admission = createAdmission(aRegistry({ apps, unknown: 'fail' }))({
      ...nothing,
      key: 'guessed-key',
    });
    expect(admission).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('X-Headwater-Key') as string,
    });
    expect(JSON.stringify(admission)).not.toContain('guessed-key');
  });
});
