import { allowedHeaders } from './allowed-headers';

describe('allowedHeaders', () => {
  it('keeps what is on the list, and nothing that names a visitor', () => {
    const kept = {
      origin: 'https://shop.example',
      'accept-language': 'de, en;q=0.5',
      'sec-ch-ua-platform': '"Linux"',
      'x-gitlab-appid': 'app-1',
    };
    const left = {
      cookie: 'sp=1; session=2',
      authorization: 'Bearer 1',
      'x-forwarded-for': '81.2.69.142',
      'x-real-ip': '81.2.69.142',
      'cf-connecting-ip': '81.2.69.142',
      'true-client-ip': '81.2.69.142',
      forwarded: 'for=81.2.69.142',
      via: '1.1 81.2.69.142',
      'user-agent': 'has a field of its own',
      'x-headwater-key': 'key-of-shop',
    };
    expect(allowedHeaders({ ...left, ...kept }, false)).toEqual(kept);
  });

  it('keeps no key by which an app of the registry was shown', () => {
    const headers = {
      'x-gitlab-appid': 'key-of-shop',
      'x-headwater-key': 'key-of-shop',
      'x-gitlab-client': 'cli',
    };
    expect(allowedHeaders(headers, true)).toEqual({ 'x-gitlab-client': 'cli' });
  });

  it('joins repeated headers, and masks an address where only the name says what is in it', () => {
    expect(
      allowedHeaders({ 'x-gitlab-client-name': ['cli', 'ide'], 'x-gitlab-client-ip': '81.2.69.142' }, false),
    ).toEqual({ 'x-gitlab-client-name': 'cli, ide', 'x-gitlab-client-ip': '[address]' });
  });
});
