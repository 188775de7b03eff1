import { registryConfig } from './config';

describe('the address of the registry', () => {
  it.each(['http://registry:8081', 'https://registry/apis/ccompat/v7', 'http://registry/a@b'])(
    'may be %s',
    (url) => {
      expect(registryConfig.parse({ url }).url).toBe(url);
    },
  );

  it('holds no user: fetch takes none, and logs would show the password', () => {
    const { error } = registryConfig.safeParse({ url: 'http://me:secret@registry:8081' });
    expect(error?.issues.map(({ message }) => message)).toEqual([
      'holds a user: name it in REGISTRY__USERNAME, and its password in REGISTRY__PASSWORD_FILE',
    ]);
  });
});
