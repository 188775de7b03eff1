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
    };
    expect(allowedHeaders({ ...left, ...kept })).toEqual(kept);
  });

  it('joins repeated headers, and masks an address where only the name says what is in it', () => {
    expect(
      allowedHeaders({ 'x-gitlab-client-name': ['cli', 'ide'], 'x-gitlab-client-ip': '81.2.69.142' }),
    ).toEqual({ 'x-gitlab-client-name': 'cli, ide', 'x-gitlab-client-ip': '[address]' });
  });
});
