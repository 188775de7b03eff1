import fc from 'fast-check';
import { BlockEncoder, encodeBlock, UnencodableValue } from './encode-block';
import { typeName, type NativeColumn, type NativeType } from './types';

const of = (
  kind: 'string' | 'uuid' | 'bool' | 'int32' | 'int64' | 'float64' | 'decimal' | 'datetime64',
): NativeType => ({ kind });
const bytesOf = (type: NativeType, ...values: readonly unknown[]): string => {
  const { bytes } = encodeBlock(
    [{ name: 'a', type }],
    values.map((a) => ({ a })),
  );
  const name = typeName(type);
  // Columns, rows, the name `a` and the type's name come first.
  return bytes.subarray(1 + 1 + 2 + 1 + Buffer.byteLength(name)).toString('hex');
};

describe('encodeBlock', () => {
  it('begins with the numbers of columns and rows, then names and types each column', () => {
    const { bytes, rows, columns } = encodeBlock([{ name: 'id', type: of('int32') }], [{ id: 7 }]);
    expect(bytes.toString('latin1')).toBe('\x01\x01\x02id\x05Int32\x07\x00\x00\x00');
    expect([rows, columns]).toEqual([1, ['id']]);
  });

  it.each<[string, NativeType, readonly unknown[], string]>([
    ['text behind its length', of('string'), ['ab', '', 'é'], '026162' + '00' + '02c3a9'],
    ['text that is missing as empty', of('string'), [null, undefined], '0000'],
    ['a lone surrogate as U+FFFD', of('string'), ['\ud800'], '03efbfbd'],
    ['small negative numbers', of('int32'), [-1, -(2 ** 31)], 'ffffffff' + '00000080'],
    ['2^53 - 1', of('int64'), [2 ** 53 - 1], 'ffffffffffff1f00'],
    ['-2^53 + 1', of('int64'), [-(2 ** 53) + 1], '010000000000e0ff'],
    ['-1 in 64 bits', of('int64'), [-1], 'ffffffffffffffff'],
    ['-2^32', of('int64'), [-(2 ** 32)], '00000000ffffffff'],
    ['a time as milliseconds', of('datetime64'), [1_782_000_000_000], '001c7ae79e010000'],
    ['a double', of('float64'), [1.5, null], '000000000000f83f' + '0000000000000000'],
    [
      'decimals times 10^18',
      of('decimal'),
      ['1', null],
      '000064a7b3b6e00d' + '00'.repeat(8) + '00'.repeat(16),
    ],
    ['a negative decimal as a complement', of('decimal'), ['-0.000000000000000001'], 'ff'.repeat(16)],
    ['booleans', of('bool'), [true, false, null], '010000'],
    [
      'a UUID as two halves, each backwards',
      of('uuid'),
      ['00112233-4455-6677-8899-aabbccddeeff', null],
      '7766554433221100' + 'ffeeddccbbaa9988' + '00'.repeat(16),
    ],
    [
      'null flags before values',
      { kind: 'nullable', of: of('int32') },
      [null, 5],
      '0100' + '00000000' + '05000000',
    ],
    [
      'the ends of arrays, then their items',
      { kind: 'array', of: of('string') },
      [['a', 'b'], null, ['c']],
      '0200000000000000' + '0200000000000000' + '0300000000000000' + '016101620163',
    ],
    [
      'the ends of maps, then keys, then values',
      { kind: 'map', of: of('int32') },
      [{ x: 1 }, null],
      '0100000000000000' + '0100000000000000' + '0178' + '01000000',
    ],
    [
      'the fields of tuples one after the other',
      {
        kind: 'tuple',
        fields: [
          { name: 'k', type: of('string') },
          { name: 'v', type: of('int32') },
        ],
      },
      [{ k: 'x', v: 1 }, null],
      '0178' + '00' + '01000000' + '00000000',
    ],
  ])('writes %s', (_case, type, values, expected) => {
    expect(bytesOf(type, ...values)).toBe(expected);
  });

  it('writes text of every length in UTF-8 behind its length in bytes', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.integer({ min: 30, max: 20_000 }).map((length) => 'x'.repeat(length)),
      fc.integer({ min: 40, max: 6_000 }).map((length) => 'é'.repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
        const expected = texts.map((value) => {
          const bytes = Buffer.from(value);
          const length: number[] = [];
          for (let rest = bytes.length; ; rest = Math.floor(rest / 128)) {
            if (rest < 128) {
              length.push(rest);
              break;
            }
            length.push((rest % 128) + 128);
          }
          return Buffer.concat([Buffer.from(length), bytes]);
        });
        expect(bytesOf(of('string'), ...texts)).toBe(Buffer.concat(expected).toString('hex'));
      }),
    );
  });

  it('grows for a block that is larger than its buffer, and is small again afterwards', () => {
    const rows = Array.from({ length: 50 }, () => ({ a: 'x'.repeat(1_000_000) }));
    const column: NativeColumn = { name: 'a', type: of('string') };
    expect(encodeBlock([column], rows).bytes.length).toBe(50 * 1_000_003 + 2 + 2 + 7);
    expect(bytesOf(of('string'), 'a')).toBe('0161');
  });

  it.each<[string, NativeType, unknown]>([
    ['text that is no UUID', of('uuid'), '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a1x'],
    ['a UUID without dashes', of('uuid'), '6f1d9c1e52a54d1c8f0e2f7b8f0c9a10'],
    ['a UUID with a letter that only looks like a digit', of('uuid'), '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9aé0'],
    ['a fraction', of('int32'), 1.5],
    ['a number beyond 32 bits', of('int32'), 2 ** 31],
    ['text that is no decimal', of('decimal'), 'twelve'],
    ['empty text for a decimal', of('decimal'), ''],
    ['a decimal with an exponent', of('decimal'), '1e3'],
    ['a decimal of 21 digits before the point', of('decimal'), '123456789012345678901'],
    ['a decimal of 19 digits after the point', of('decimal'), '0.1234567890123456789'],
    ['a number beyond 2^53', of('int64'), 2 ** 53],
    ['a number for text', of('string'), 1],
    ['text for a number', of('float64'), '1'],
    ['text for a boolean', of('bool'), 'true'],
    ['a bad value in an array', { kind: 'array', of: of('int32') }, ['secret']],
  ])('refuses %s without quoting it', (_case, type, value) => {
    let error: unknown;
    try {
      bytesOf(type, null, value);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(UnencodableValue);
    expect((error as Error).message).toBe(`A value of the column a is no ${typeName(type)}.`);
    expect(bytesOf(of('string'), 'after')).toBe('056166746572');
  });

  it('refuses a column whose name is no identifier', () => {
    expect(() => encodeBlock([{ name: 'a-b', type: of('string') }], [])).toThrow(
      /cannot be the name of a column/,
    );
  });
});

describe('BlockEncoder', () => {
  const columns: readonly NativeColumn[] = [
    { name: 'n', type: { kind: 'nullable', of: of('int32') } },
    { name: 'tags', type: { kind: 'array', of: of('string') } },
    { name: 'counts', type: { kind: 'map', of: of('int64') } },
    {
      name: 'pairs',
      type: {
        kind: 'array',
        of: {
          kind: 'tuple',
          fields: [
            { name: 'a', type: of('string') },
            { name: 'b', type: { kind: 'array', of: of('bool') } },
          ],
        },
      },
    },
  ];
  const row = (index: number): object => ({
    n: index % 3 === 0 ? null : index,
    tags: Array.from({ length: index % 4 }, (_none, at) => `t${at}`),
    counts: index % 5 === 0 ? null : { [`k${index}`]: index, two: 2 },
    pairs: Array.from({ length: index % 3 }, () => ({ a: 'x', b: [true, index % 2 === 0] })),
  });

  it('writes one block, however many rows it encodes at once', () => {
    const rows = Array.from({ length: 600 }, (_none, index) => ({ list: [index] }));
    const { bytes } = encodeBlock([{ name: 'list', type: { kind: 'array', of: of('int32') } }], rows);
    const values = bytes.subarray(bytes.length - 600 * 12);
    for (const [index] of rows.entries()) {
      expect(values.readBigUInt64LE(index * 8)).toBe(BigInt(index + 1));
      expect(values.readInt32LE(600 * 8 + index * 4)).toBe(index);
    }
  });

  it('can be used again, and remembers nothing', () => {
    const encoder = new BlockEncoder(columns);
    for (const count of [700, 1, 0, 256, 512, 3]) {
      const rows = Array.from({ length: count }, (_none, index) => row(index));
      for (const one of rows) encoder.add(one);
      const block = encoder.take();
      expect(block.rows).toBe(count);
      expect(block.bytes.equals(encodeBlock(columns, rows).bytes)).toBe(true);
    }
  });

  it.each([[0], [255], [256], [599]])('refuses a block for its row %i, and begins anew', (bad) => {
    const encoder = new BlockEncoder(columns);
    for (let index = 0; index < 600; index += 1)
      encoder.add(index === bad ? { ...row(index), counts: { x: 0.5 } } : row(index));
    expect(() => encoder.take()).toThrow('A value of the column counts is no Map(String, Int64).');
    encoder.add(row(1));
    expect(encoder.take().bytes.equals(encodeBlock(columns, [row(1)]).bytes)).toBe(true);
  });
});
