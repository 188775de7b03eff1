import { contentId, uuidV5 } from './content-id';

describe('uuidV5', () => {
  it('meets the example of RFC 9562, appendix A.4', () => {
    const dnsNamespace = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    expect(uuidV5(dnsNamespace, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });
});

describe('contentId', () => {
  it('is the same for the same parts and another for parts cut elsewhere', () => {
    expect(contentId('a', 'bc')).toBe(contentId('a', 'bc'));
    expect(contentId('a', 'bc')).not.toBe(contentId('ab', 'c'));
  });
});
