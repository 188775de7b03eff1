import { scaledRuns } from '@headwater/testing';
import fc from 'fast-check';
import { truncateAddress } from './address';
import { truncateIpInBody, truncateIpInQuery } from './ip-parameter';

const body = (text: string, anonymous = false): string =>
  truncateIpInBody(Buffer.from(text), anonymous).toString('utf8');

function readsNoJson(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

/** Addresses that truncation changes, so that finding one whole afterwards is a leak. */
const addresses = fc
  .oneof(fc.ipV4(), fc.ipV6())
  .filter((address) => truncateAddress(address) !== address && !/(\.0){3}$/.test(address))
  .filter((address) => !/^[0:]*(?:[0:]0\.0\.0\.0)?$/.test(address));

/** Spells a text plainly, or each of its characters plainly or, by chance, as an escape. */
const spelled = (text: string, escape: (character: string) => readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant(text),
    fc
      .tuple(...Array.from(text, (character) => fc.constantFrom(character, ...escape(character))))
      .map((characters) => characters.join('')),
  );

const hex = (character: string, digits: number): string =>
  character.charCodeAt(0).toString(16).padStart(digits, '0');
const percentEscapes = (character: string): readonly string[] => [
  `%${hex(character, 2)}`,
  `%${hex(character, 2).toUpperCase()}`,
];
const jsonEscapes = (character: string): readonly string[] => [
  `\\u${hex(character, 4)}`,
  `\\u${hex(character, 4).toUpperCase()}`,
];

describe('truncateIpInQuery', () => {
  it.each([
    ['the parameter', 'e=pv&ip=81.2.69.142&p=web', 'e=pv&ip=81.2.69.0&p=web'],
    ['the first parameter', 'ip=81.2.69.142', 'ip=81.2.69.0'],
    ['each of several', 'ip=81.2.69.142&ip=70.1.1.1', 'ip=81.2.69.0&ip=70.1.1.0'],
    ['an encoded key', 'e=pv&%69%70=81.2.69.142', 'e=pv&ip=81.2.69.0'],
    ['a half encoded key', 'i%70=81.2.69.142', 'ip=81.2.69.0'],
    ['an encoded value', 'ip=%381.2.69%2E142', 'ip=81.2.69.0'],
    ['an IPv6 value', 'ip=2001%3adb8%3A1::1', 'ip=2001%3Adb8%3A1%3A%3A'],
    ['the first of a list', 'ip=81.2.69.142%2C%2070.1.1.1', 'ip=81.2.69.0'],
    ['what is behind a question mark, which readers skip', '?ip=81.2.69.142&e=pv', '?ip=81.2.69.0&e=pv'],
    ['what is behind several', '??%69p=81.2.69.142', '??ip=81.2.69.0'],
    [
      'what is behind a byte order mark',
      '\u00ef\u00bb\u00bf?ip=81.2.69.142',
      '\u00ef\u00bb\u00bf?ip=81.2.69.0',
    ],
    ['no empty parameters away', '&&e=pv&=x&ip=81.2.69.142', '&&e=pv&=x&ip=81.2.69.0'],
    ['a value that is no address away', 'e=pv&ip=house', 'e=pv'],
    ['a key without value away', 'e=pv&ip', 'e=pv'],
  ])('truncates %s', (_case, query, expected) => {
    expect(truncateIpInQuery(query, false)).toBe(expected);
  });

  it.each([
    'e=pv&zip=81.2.69.142&ipx=1&url=http%3A%2F%2Fx%3Fip%3D1',
    '%zz=1&%e9=2&a%26ip%3D=81.2.69.142',
    '%2569p=1',
    'IP=1',
  ])('leaves %s as it is', (query) => {
    expect(truncateIpInQuery(query, false)).toBe(query);
  });

  it('removes the parameter for an anonymous visitor', () => {
    expect(truncateIpInQuery('e=pv&ip=81.2.69.142&%69p=70.1.1.1&p=web', true)).toBe('e=pv&p=web');
    expect(truncateIpInQuery('ip=81.2.69.142&ip&e=pv', true)).toBe('e=pv');
    expect(truncateIpInQuery('?ip=81.2.69.142&e=pv', true)).toBe('?e=pv');
    expect(truncateIpInQuery('ip&?ip=81.2.69.142', true)).toBe('&?ip=81.2.69.142'); // a key `?ip`, as it was
  });

  it('finds exactly the parameters that readers call `ip`, whatever the others look like', () => {
    const pieces = [
      'i',
      'p',
      'I',
      'P',
      '%69',
      '%70',
      '%49',
      '%6',
      '%',
      '=',
      '&',
      '&',
      '?',
      '+',
      ';',
      '#',
      '.',
      '1',
    ];
    const queries = fc.array(fc.constantFrom(...pieces, 'ip', 'ip=', '&ip=', '?ip='), { maxLength: 30 });
    fc.assert(
      fc.property(queries, (parts) => {
        const query = parts.join('');
        const others = [...new URLSearchParams(query)].filter(([key]) => key !== 'ip');
        const result = truncateIpInQuery(query, true);
        // Only of several question marks one may be left over that hid nothing.
        const left = [...new URLSearchParams(result)];
        if (query.startsWith('??')) expect(left.filter(([key]) => key === 'ip')).toEqual([]);
        else
          expect(left.filter(([key, value]) => key + value)).toEqual(
            others.filter(([key, value]) => key + value),
          );
      }),
      { numRuns: scaledRuns(5_000) },
    );
  });

  it.each([
    ['empty escapes', '%&'],
    ['parameters without a value', 'ip&'],
    ['values that are none', 'ip=%&'],
    ['question marks', '?'],
    ['commas', ','],
  ])(
    'takes a time that grows with the text only: %s',
    (_case, piece) => {
      // The square of this number is hours.
      const kept = truncateIpInQuery(`ip=${piece.repeat(2_000_000)}`, false);
      expect(new URLSearchParams(kept.slice(0, 100)).has('ip')).toBe(false);
    },
    20_000,
  );

  it('lets no address survive under the parameter, however both are spelled, and leaves the rest alone', () => {
    const other = fc.tuple(fc.stringMatching(/^[a-z]{3,6}$/), fc.stringMatching(/^[a-z%+]*$/));
    const cases = addresses.chain((address) =>
      fc.record({
        address: fc.constant(address),
        before: fc.array(other, { maxLength: 4 }),
        after: fc.array(other, { maxLength: 4 }),
        spellings: fc.array(fc.tuple(spelled('ip', percentEscapes), spelled(address, percentEscapes)), {
          minLength: 1,
          maxLength: 3,
        }),
      }),
    );
    fc.assert(
      fc.property(cases, fc.boolean(), ({ address, before, after, spellings }, anonymous) => {
        const pairs = (list: readonly (readonly [string, string])[]): string[] =>
          list.map(([key, value]) => `${key}=${value}`);
        const query = [...pairs(before), ...pairs(spellings), ...pairs(after)].join('&');
        const result = truncateIpInQuery(query, anonymous);
        expect([...new URLSearchParams(result).values()]).not.toContain(address);
        expect(result).not.toContain(address);
        const kept = result
          .split('&')
          .filter((parameter) => parameter !== '' && !parameter.startsWith('ip='));
        expect(kept).toEqual([...pairs(before), ...pairs(after)]);
        if (anonymous) expect(new URLSearchParams(result).has('ip')).toBe(false);
      }),
    );
  });
});

describe('truncateIpInBody', () => {
  it.each([
    [
      'in each item',
      '{"data":[{"ip":"81.2.69.142"},{"e":"pv","ip":"70.1.1.1"}]}',
      '{"data":[{"ip":"81.2.69.0"},{"e":"pv","ip":"70.1.1.0"}]}',
    ],
    ['outside of data', '{"ip":"81.2.69.142","data":[]}', '{"ip":"81.2.69.0","data":[]}'],
    ['in an array', '[{"ip":"81.2.69.142"}]', '[{"ip":"81.2.69.0"}]'],
    ['after white space', ' \r\n\t{ "ip" : "81.2.69.142" }', '{"ip":"81.2.69.0"}'],
    ['under an escaped key', '{"\\u0069\\u0070":"81.2.69.142"}', '{"ip":"81.2.69.0"}'],
    ['with an escaped value', '{"ip":"\\u00381.2.69.142"}', '{"ip":"81.2.69.0"}'],
    ['given twice', '{"ip":"81.2.69.142","ip":"70.1.1.1"}', '{"ip":"70.1.1.0"}'],
    ['in what a later key hides', '{"data":[{"ip":"81.2.69.142"}],"data":[]}', '{"data":[]}'],
    ['in a list', '{"ip":"81.2.69.142, 70.1.1.1"}', '{"ip":"81.2.69.0"}'],
    ['after a key that ends alike', '{"zip":"1","ip":"81.2.69.142"}', '{"zip":"1","ip":"81.2.69.0"}'],
  ])('truncates an address %s', (_case, text, expected) => {
    expect(body(text)).toBe(expected);
  });

  it('removes a text that is no address, and leaves null where there is no text, so that it is reported', () => {
    expect(body('{"e":"pv","ip":"house 81.2.69.142"}')).toBe('{"e":"pv"}');
    expect(body('{"ip":1360151950}')).toBe('{"ip":null}');
    expect(body('{"ip":["81.2.69.142"]}')).toBe('{"ip":null}');
  });

  it('removes the key for an anonymous visitor', () => {
    expect(body('{"data":[{"e":"pv","ip":"81.2.69.142"},{"ip":7}]}', true)).toBe('{"data":[{"e":"pv"},{}]}');
  });

  it('hands back the same buffer where no key can be `ip`', () => {
    const buffer = Buffer.from('{"data":[{"e":"pv","zip":"81.2.69.142","la":"é\\n","x":"chip"}]}');
    expect(truncateIpInBody(buffer, true)).toBe(buffer);
  });

  it('keeps keys that have a meaning in JavaScript', () => {
    expect(body('{"__proto__":{"ip":"81.2.69.142"},"a":1}')).toBe('{"__proto__":{"ip":"81.2.69.0"},"a":1}');
    expect(({} as { ip?: string }).ip).toBeUndefined();
  });

  it.each([
    ['a body that ends too early', '{"data":[{"ip":"81.2.69.142"', '{"data":[{"ip":"[address]"'],
    ['one with escapes', '{"ip":"\\u00381.2.69.142\\n2001:db8::1', '{"ip":"[address] [address]'],
    [
      'one in UTF-16',
      Buffer.from('{"ip":"81.2.69.142"}', 'utf16le').toString('latin1'),
      '{"ip":"[address]"}',
    ],
    ['a text that quotes the key', 'payload={"ip":"81.2.69.142"}', 'payload={"ip":"[address]"}'],
    [
      'one with a byte order mark',
      '\u00ef\u00bb\u00bf{"ip":"81.2.69.142"}',
      '\u00ef\u00bb\u00bf{"ip":"[address]"}',
    ],
  ])('masks what looks like an address in %s', (_case, latin1, expected) => {
    expect(truncateIpInBody(Buffer.from(latin1, 'latin1'), false).toString('latin1')).toBe(expected);
  });

  it('masks a body that is nested too deeply to be written again', () => {
    const depth = 200_000;
    const text = `${'[{"a":'.repeat(depth)}{"ip":"81.2.69.142"}${'}]'.repeat(depth)}`;
    expect(body(text)).not.toContain('81.2.69.142');
  });

  it('reads a body that is no JSON as a form', () => {
    expect(body('e=pv&ip=81.2.69.142&n=é')).toBe('e=pv&ip=81.2.69.0&n=é');
    expect(body('e=pv&%69p=81.2.69.142', true)).toBe('e=pv');
    expect(body('?ip=81.2.69.142&schema=a')).toBe('?ip=81.2.69.0&schema=a');
    expect(body('?ip=81.2.69.142&schema=a', true)).toBe('?schema=a');
    expect(body('\ufeffip=81.2.69.142')).toBe('\ufeffip=81.2.69.0');
  });

  it('reads a body that only opens like JSON as a form, too', () => {
    expect(body('{&ip=81.2.69.142')).toBe('{&ip=81.2.69.0');
    expect(body('[&e=pv&%69%70=81.2.69.142&p=web')).toBe('[&e=pv&ip=81.2.69.0&p=web');
    expect(body('{&e=pv&i%70=81.2.69.142', true)).toBe('{&e=pv');
    expect(body('{"x":1}&%69p=81.2.69.142&p=web')).toBe('{"x":1}&ip=81.2.69.0&p=web');
  });

  it.each([
    ['behind a byte order mark and an escape', '\ufeff{"data":{"ip":"\\u002081.2.69.142"}}'],
    ['behind an escaped tab', '\ufeff{"ip":"\\u000981.2.69.142"}'],
    ['an IPv6 one behind an escape', '\ufeff{"ip":"\\u00202a02:6b8::feed:ff"}'],
    ['as a parameter beside a text that names the key', 'e=pv&x="ip"&ip=81.2.69.%3142'],
    ['as a parameter of what opens like JSON and names the key', '{"ip"&ip=81.2.69.%3142'],
    ['as a parameter beside an escape', 'x=\\u00&%69p=81.2.69.%3142&p=web'],
    ['as a parameter in UTF-16', Buffer.from('e=pv&ip=81.2.69.142', 'utf16le').toString('latin1')],
  ])('lets no address survive %s', (_case, text) => {
    for (const anonymous of [false, true]) {
      const result = decodeURIComponent(unescaped(body(text, anonymous)).replaceAll('\0', ''));
      expect(result).not.toMatch(/81\.2\.69\.142|2a02:6b8::feed:ff/);
    }
  });

  it('leaves what is JSON as it came, also where it holds a query string', () => {
    const json = Buffer.from('{"url":"https://shop.example/?a=1&ip=81.2.69.142"}');
    expect(truncateIpInBody(json, false)).toBe(json);
  });

  it('lets no address survive under the parameter in a body that opens like anything', () => {
    fc.assert(
      fc.property(
        addresses.chain((address) =>
          fc.record({
            address: fc.constant(address),
            open: fc.constantFrom('{', '[', ' {', '\n[', '{"a":', '{"a":1}', '[{"b":"', '{"c":"d"},'),
            key: spelled('ip', percentEscapes),
            rest: fc.constantFrom('', '&e=pv', '"}', '&p=web&tv=x"}]'),
          }),
        ),
        fc.boolean(),
        ({ address, open, key, rest }, anonymous) => {
          const text = `${open}&${key}=${address}${rest}`;
          fc.pre(readsNoJson(text));
          expect(body(text, anonymous)).not.toContain(address);
        },
      ),
      { numRuns: scaledRuns(1000) },
    );
  });

  it('changes no other byte of a body that it has to mask', () => {
    const broken = Buffer.from([0x7b, 0x22, 0x69, 0x70, 0x22, 0xff, 0xfe, 0x80, 0xe9]);
    expect(truncateIpInBody(broken, false).equals(broken)).toBe(true);
  });

  it('leaves binary bodies alone', () => {
    const binary = Buffer.from([0, 1, 2, 0x69, 0x70, 0x22, 0, 0xff]);
    expect(truncateIpInBody(binary, false)).toBe(binary);
  });

  const jsonBodies = addresses.chain((address) => {
    const string = (text: string): fc.Arbitrary<string> =>
      spelled(text, jsonEscapes).map((spelling) => `"${spelling}"`);
    const member = fc.oneof(
      fc.tuple(string('ip'), string(address)),
      fc.tuple(
        fc.constantFrom('"e"', '"zip"', '"se_la"'),
        fc.constantFrom('"pv"', '"ip"', '"\\u00e9"', '[1]', 'null'),
      ),
    );
    const gap = fc.constantFrom('', ' ', '\n', '\t');
    const { object } = fc.letrec<{ object: string }>((tie) => ({
      object: fc
        .array(
          fc.oneof(
            { depthSize: 'small' },
            member,
            fc.tuple(fc.constantFrom('"data"', '"x"'), tie('object')),
            fc.tuple(
              fc.constantFrom('"data"', '"x"'),
              tie('object').map((inner) => `[${inner},${inner}]`),
            ),
          ),
          { maxLength: 4 },
        )
        .chain((members) =>
          gap.map(
            (g) => `{${g}${members.map(([key, value]) => `${key}${g}:${g}${value}`).join(`${g},`)}${g}}`,
          ),
        ),
    }));
    return fc.record({
      address: fc.constant(address),
      text: object.chain((inner) => fc.constantFrom(inner, `[${inner}]`, `{"data":[${inner}]}`)),
    });
  });

  it('lets no address survive under the key, wherever it stands and however it is spelled', () => {
    fc.assert(
      fc.property(jsonBodies, fc.boolean(), ({ address, text }, anonymous) => {
        const result = body(text, anonymous);
        expect(JSON.stringify(JSON.parse(result))).not.toContain(address);
        expect(result).not.toContain(address);
        if (anonymous) expect(JSON.stringify(JSON.parse(result))).not.toContain('"ip":');
      }),
      { numRuns: scaledRuns(1000) },
    );
  });

  it('lets no address survive in a body that was cut anywhere', () => {
    fc.assert(
      fc.property(jsonBodies, fc.nat(), ({ address, text }, cut) => {
        const result = body(text.slice(0, text.length - (cut % text.length)));
        expect(unescaped(result)).not.toContain(address);
      }),
      { numRuns: scaledRuns(1000) },
    );
  });

  it('does nothing the second time', () => {
    fc.assert(
      fc.property(jsonBodies, fc.boolean(), ({ text }, anonymous) => {
        const once = body(text, anonymous);
        expect(body(once, anonymous)).toBe(once);
      }),
    );
  });
});

const unescaped = (text: string): string =>
  text.replace(/\\u([\da-f]{4})/gi, (_escape, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
