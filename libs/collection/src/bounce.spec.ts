import fc from 'fast-check';
import { bounceLocation, isBounced } from './bounce';

const host = 'collector.example:8443';
const forwarded = (protocol: string | undefined, to = host) => ({ 'x-forwarded-proto': protocol, host: to });

describe('bounceLocation', () => {
  it.each([
    ['is the same place, marked', 'e=pv', {}, null, '/i?e=pv&n3pc=true'],
    ['needs no parameters', null, {}, null, '/i?n3pc=true'],
    ['believes no header unless told', 'e=pv', forwarded('https'), null, '/i?e=pv&n3pc=true'],
    [
      'takes the protocol of the proxy',
      'e=pv',
      forwarded('https'),
      'x-forwarded-proto',
      `https://${host}/i?e=pv&n3pc=true`,
    ],
    [
      'takes it in capitals',
      'e=pv',
      forwarded(' HTTPS '),
      'x-forwarded-proto',
      `https://${host}/i?e=pv&n3pc=true`,
    ],
    ['takes no other protocol', 'e=pv', forwarded('javascript'), 'x-forwarded-proto', '/i?e=pv&n3pc=true'],
    ['takes no two protocols', 'e=pv', forwarded('https, http'), 'x-forwarded-proto', '/i?e=pv&n3pc=true'],
    [
      'takes no host that is none',
      'e=pv',
      forwarded('https', 'evil.example/x@'),
      'x-forwarded-proto',
      '/i?e=pv&n3pc=true',
    ],
    ['needs the header', 'e=pv', forwarded(undefined), 'x-forwarded-proto', '/i?e=pv&n3pc=true'],
  ])('%s', (_case, querystring, headers, protocolHeader, location) => {
    expect(bounceLocation('/i', querystring, headers, protocolHeader)).toBe(location);
  });

  it('leads to no other host', () => {
    expect(bounceLocation('/\\evil.example/i', null, {}, null)).toBe('/%5Cevil.example/i?n3pc=true');
  });

  it('holds nothing that could end a header, whatever was asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(bounceLocation('/i', text, {}, null)).toMatch(/^[\x21-\x5b\x5d-\x7e]*$/);
      }),
    );
  });
});

it.each([
  ['n3pc=true', true],
  ['e=pv&n3pc=true', true],
  ['n3pc=', true],
  ['xn3pc=true', false],
  ['e=n3pc=true', false],
  [null, false],
])('of %j it says that it bounced: %s', (querystring, bounced) => {
  expect(isBounced(querystring)).toBe(bounced);
});
