import { describeConfig, loadConfig } from '@headwater/service-kit';
import { config } from './config';

const needed = { KAFKA__BROKERS: 'kafka:9092', REGISTRY__URL: 'http://registry:8080/apis/ccompat/v7' };
const load = (env: Record<string, string> = {}): ReturnType<typeof loadConfig<typeof config>> =>
  loadConfig(config, { ...needed, ...env });

describe('the configuration', () => {
  it('needs a broker and a registry, and nothing else', () => {
    const required = describeConfig(config).filter((variable) => variable.required);
    expect(required.map(({ variable }) => variable)).toEqual(['KAFKA__BROKERS', 'REGISTRY__URL']);
  });

  it('has the limits that trackers and load balancers count on', () => {
    expect(load()).toMatchObject({
      connection: {
        headersTimeoutMs: 10_000,
        requestTimeoutMs: 15_000,
        keepAliveTimeoutMs: 75_000,
        maxRequestsPerSocket: 1_000,
        maxHeaderBytes: 40_960,
      },
      body: { maxBytes: 1_048_576, dropBytes: 5_242_880, maxInflation: 100 },
      address: { header: 'any' },
      refusal: { doNotTrack: 'drop', globalPrivacyControl: 'drop', cookie: {} },
      redirect: { enabled: false, hosts: [] },
      crossDomain: { enabled: false },
      strict: { enabled: false },
      cookie: {
        bounce: false,
        kept: [],
        enabled: false,
        name: 'sp',
        secure: true,
        sameSite: 'None',
        maxAgeDays: 365,
      },
      cors: { origins: ['*'], headers: [], maxAgeSeconds: 3_600 },
    });
  });

  it('describes every setting in a sentence', () => {
    for (const { variable, description } of describeConfig(config))
      expect([variable, description]).toEqual([variable, expect.stringMatching(/^[A-Z`].*\.$/)]);
  });

  it.each([
    ['BODY__DROP_BYTES', '1000', 'it is less than BODY__MAX_BYTES'],
    ['CONNECTION__REQUEST_TIMEOUT_MS', '5000', 'it is shorter than CONNECTION__HEADERS_TIMEOUT_MS'],
    ['COOKIE__NAME', 'a;b', 'it is no cookie name'],
    ['COOKIE__DOMAINS', 'shop.example,Evil; Path=/', 'it is no domain in lower case'],
    ['COOKIE__FALLBACK_DOMAIN', '.shop.example', 'it is no domain in lower case'],
    ['CORS__HEADERS', 'X-A\r\nX-B', 'it is no header name'],
    ['ADDRESS__TRUSTED_PROXIES', '-1', 'Too small'],
    ['COOKIE__CLIENT_NAME', 'sp', 'it is COOKIE__NAME'],
    ['COOKIE__KEPT', 'a b', 'it is no cookie name'],
    ['COOKIE__BOUNCE_PROTOCOL_HEADER', 'X:', 'it is no header name'],
    ['REFUSAL__DO_NOT_TRACK', 'maybe', 'Invalid option'],
    ['REFUSAL__COOKIE__VALUE', '(?=no)', 'it is no regular expression of RE2'],
    ['PATHS__ALIASES', '/a=/i,b=/i', 'its entry "b=/i" is "b", which is no path'],
    ['PATHS__ALIASES', '/a=/health', 'where no events are taken'],
    ['REDIRECT__HOSTS', 'shop.example,https://shop.example', 'its entry "https://shop.example" is no host'],
    ['CROSS_DOMAIN__DOMAINS', '"/><evil', 'it is no domain'],
    ['ROOT__STATUS', '99', 'Too small'],
    ['ROOT__HEADERS', '{"X-A":"1\\r\\nX-B: 2"}', 'it is no header value'],
  ])('refuses %s=%j and says why', (variable, value, reason) => {
    expect(() => load({ [variable]: value })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(reason) as string }) as Error,
    );
    expect(() => load({ [variable]: value })).toThrow(variable);
  });
});
