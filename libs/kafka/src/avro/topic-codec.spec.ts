import { schemas, topics, type SchemaName } from '@headwater/contracts';
import { aFailedEvent, anEnrichedEvent, scaledRuns } from '@headwater/testing';
import fc from 'fast-check';
import { NotEncodable } from '../errors';
import { arbitraryValue } from '../testing/arbitrary-value';
import { compile } from './avro-type';
import { TopicCodec, undecodable } from './topic-codec';
import { ValueBuffer } from './value-buffer';

const { enrichedEvents, failedEvents } = topics;

const bytesOf = (codec: TopicCodec, value: object): Buffer =>
  Buffer.from(new ValueBuffer().append(codec, value));
/** Without the classes that avsc makes for records. */
const plain = (value: unknown): unknown => {
  if (Buffer.isBuffer(value) || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
};
const reasonOf = (decoded: ReturnType<TopicCodec['decode']>): string =>
  'reason' in decoded ? decoded.reason : '';

describe('a codec', () => {
  it.each(Object.keys(schemas) as SchemaName[])('reads what it wrote: %s', (schema) => {
    const codec = new TopicCodec({ name: 'any', schema }, 7);
    fc.assert(
      fc.property(arbitraryValue(schemas[schema]), (value) => {
        const decoded = codec.decode(bytesOf(codec, value as object));
        expect('value' in decoded && plain(decoded.value)).toEqual(value);
      }),
      { numRuns: scaledRuns(60) },
    );
  });

  it('writes the Confluent wire format', () => {
    const codec = new TopicCodec({ name: 'stage-counts', schema: 'StageCounts' }, 0x01020304);
    const value = {
      ...Object.fromEntries(
        (schemas.StageCounts as { fields: readonly { name: string }[] }).fields.map(({ name }) => [
          name,
          null,
        ]),
      ),
      counts_id: 'id',
      app_id: 'a',
      collector_tstamp: 64,
      stage: 'enricher',
      failed: { x: -1 },
    };
    expect(bytesOf(codec, value).toString('hex')).toBe(
      [
        '00', // magic byte
        '01020304', // schema id, big endian
        '046964', // counts_id: 2 bytes
        '0261', // app_id
        '8001', // collector_tstamp 64, zigzag
        '0204', // stage: second branch, symbol 2
        '00', // series: null
        '00', // unit
        '00', // source
        '00', // in_count
        '00', // out_count
        '0202' + '0278' + '01' + '00', // failed: a block of 1, "x", -1, end
        '00', // dropped
        '00', // payloads_in
        '00', // status_codes
        '00', // lag_records
        '00', // max_delay_ms
      ].join(''),
    );
  });

  it('asks for an id that it has not met, and reads it once it was taught', () => {
    const codec = new TopicCodec(enrichedEvents, 2);
    const value = bytesOf(new TopicCodec(enrichedEvents, 1), anEnrichedEvent({ event_id: 'old' }));
    expect(codec.asksFor(1)).toBe(true);
    expect(reasonOf(codec.decode(value))).toBe('its schema 1 is not known');
    expect(codec.whyNot(1)).toBe('its schema 1 is not known');
    codec.learn(1, schemas.EnrichedEvent);
    expect([codec.asksFor(1), codec.whyNot(1)]).toEqual([false, null]);
    expect(codec.decode(value)).toMatchObject({ value: { event_id: 'old' } });
  });

  it('reads what earlier and later versions wrote', () => {
    const { fields, ...rest } = schemas.FailedEvent as {
      readonly fields: readonly { readonly name: string; readonly type: unknown }[];
    };
    const stage = {
      type: 'enum',
      name: 'StageName',
      symbols: ['unknown', 'collector', 'enricher', 'validator', 'loader', 'archiver'],
      default: 'unknown',
    };
    const later = {
      ...rest,
      fields: [
        ...fields
          .filter(({ name }) => name !== 'payload')
          .map((field) => (field.name === 'stage' ? { ...field, type: ['null', stage] } : field)),
        { name: 'new_field', type: ['null', { type: 'array', items: 'string' }], default: null },
      ],
    };
    const writer = compile(later);
    const bytes = Buffer.concat([
      Buffer.from([0, 0, 0, 0, 9]),
      writer.toBuffer({ ...aFailedEvent({ failed_id: 'later' }), stage: 'archiver', new_field: ['a', 'b'] }),
    ]);
    const codec = new TopicCodec(failedEvents, 1);
    codec.learn(9, later);
    const decoded = codec.decode(bytes);
    // A symbol that this version does not know becomes the default; a field that is gone is null.
    expect(decoded).toMatchObject({ value: { failed_id: 'later', stage: 'unknown', payload: null } });
    expect('value' in decoded && 'new_field' in decoded.value).toBe(false);
  });

  it('says why it cannot read a schema that is another record', () => {
    const codec = new TopicCodec(enrichedEvents, 1);
    expect(codec.learn(2, schemas.FailedEvent)).toMatch(/schema 2 cannot be read as EnrichedEvent/);
    expect(codec.asksFor(2)).toBe(true);
  });

  it('forgets for a while', () => {
    const codec = new TopicCodec(enrichedEvents, 1);
    const value = Buffer.from([0, 0, 0, 0, 3]);
    codec.forget(3, 'nobody knows it', 1_000);
    expect(codec.asksFor(3)).toBe(false);
    expect(codec.decode(value)).toEqual({ reason: 'nobody knows it' });
    codec.forget(3, 'nobody knows it', -1);
    expect(codec.asksFor(3)).toBe(true);
  });

  it.each([
    ['no value', null],
    ['nothing', Buffer.alloc(0)],
    ['another magic byte', Buffer.from([1, 0, 0, 0, 1, 0])],
    ['no Avro bytes', Buffer.from([0, 0, 0, 0, 1])],
    ['a negative length', Buffer.from([0, 0, 0, 0, 1, 0x01])],
    ['a length of gigabytes', Buffer.from([0, 0, 0, 0, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f])],
  ])('gives a reason, not an exception, for %s', (_case, value) => {
    expect(reasonOf(new TopicCodec(enrichedEvents, 1).decode(value))).not.toBe('');
  });

  it('never throws, hangs or grows, whatever the bytes', () => {
    const codec = new TopicCodec(failedEvents, 1);
    const good = bytesOf(codec, aFailedEvent({ parameters: { a: 'b' }, failures: [] }));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(good.length), (noise, at) => {
        const value = Buffer.concat([good.subarray(0, at), noise]);
        const before = performance.now();
        codec.decode(value);
        expect(performance.now() - before).toBeLessThan(500);
      }),
      { numRuns: scaledRuns(2_000) },
    );
  });

  it('refuses integers that JavaScript would round', () => {
    const codec = new TopicCodec(topics.collectorPayloads, 1);
    const huge = Buffer.concat([
      Buffer.from([0, 0, 0, 0, 1, 0x02, 0x61]),
      Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
      Buffer.alloc(20),
    ]);
    expect(reasonOf(codec.decode(huge))).toMatch(/more than 52 bits/);
    const tooFar = { ...anEnrichedEvent(), dvce_created_tstamp: 2 ** 52 + 1 };
    expect(() => bytesOf(new TopicCodec(enrichedEvents, 1), tooFar)).toThrow(/dvce_created_tstamp/);
  });

  it('refuses integers of more than 32 bits where 32 are to be, as writing them would', () => {
    const codec = new TopicCodec(enrichedEvents, 1);
    const widest = anEnrichedEvent({ br_viewwidth: 2 ** 31 - 1, br_viewheight: null });
    const bytes = bytesOf(codec, widest);
    expect(codec.decode(bytes)).toMatchObject({ value: { br_viewwidth: 2 ** 31 - 1 } });
    const at = bytes.indexOf(Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f]));
    expect(at).toBeGreaterThan(0);
    const wider = Buffer.from(bytes);
    // Zigzag of 2^31: one more.
    Buffer.from([0x80, 0x80, 0x80, 0x80, 0x10]).copy(wider, at);
    expect(reasonOf(codec.decode(wider))).toMatch(/more than 32 bits/);
  });

  it('writes text that is UTF-8, whatever it was given', () => {
    const codec = new TopicCodec(enrichedEvents, 1);
    const decoded = codec.decode(bytesOf(codec, anEnrichedEvent({ page_title: 'broken \ud83d here' })));
    expect(decoded).toMatchObject({ value: { page_title: 'broken \ufffd here' } });
  });

  it('names the field that does not fit, never its value', () => {
    const codec = new TopicCodec(enrichedEvents, 1);
    const bad = { ...anEnrichedEvent(), user_id: { secret: 'alice@example.com' } };
    const encode = (): Buffer => bytesOf(codec, bad);
    expect(encode).toThrow(NotEncodable);
    expect(encode).toThrow(/enriched-events .* at user_id/);
    expect(encode).not.toThrow(/alice/);
  });
});

describe('a schema under which few bytes could stand for much', () => {
  const spread = (count: number[]): Buffer => Buffer.from([0, 0, 0, 0, 1, ...count]);

  it('is not read when its items take no bytes', () => {
    expect(() => compile({ type: 'array', items: 'null' })).toThrow(/take no bytes/);
    expect(() =>
      compile({
        type: 'array',
        items: { type: 'record', name: 'Nothing', fields: [{ name: 'a', type: 'null' }] },
      }),
    ).toThrow(/take no bytes/);
    expect(() => compile({ type: 'array', items: { type: 'fixed', name: 'Zero', size: 0 } })).toThrow(
      /take no bytes/,
    );
  });

  it.each([
    ['array', { type: 'array', items: 'string' }],
    ['array of arrays', { type: 'array', items: { type: 'array', items: 'int' } }],
    ['map', { type: 'map', values: 'string' }],
  ])('is read up to the bytes that are there: %s', (_case, schema) => {
    const type = compile(schema);
    const twentyMillion = spread([0x80, 0xb4, 0x89, 0x13]).subarray(5);
    const before = performance.now();
    expect((): unknown => type.fromBuffer(twentyMillion)).toThrow(/more items than bytes/);
    expect(performance.now() - before).toBeLessThan(100);
  });

  it('may be recursive', () => {
    const tree = compile({
      type: 'record',
      name: 'Tree',
      fields: [{ name: 'children', type: { type: 'array', items: 'Tree' } }],
    });
    const value = { children: [{ children: [] }, { children: [{ children: [] }] }] };
    expect(plain(tree.fromBuffer(tree.toBuffer(value)))).toEqual(value);
  });

  it('skips what the reader does not know within the same bounds', () => {
    const reader = compile({ type: 'record', name: 'R', fields: [{ name: 'a', type: 'int' }] });
    const writer = compile({
      type: 'record',
      name: 'R',
      fields: [
        { name: 'lists', type: { type: 'array', items: { type: 'map', values: 'string' } } },
        { name: 'a', type: 'int' },
      ],
    });
    const resolver = reader.createResolver(writer);
    expect(plain(reader.fromBuffer(writer.toBuffer({ lists: [{ x: 'y' }, {}], a: 5 }), resolver))).toEqual({
      a: 5,
    });
    // A block of one item whose size leads back to itself would be read for ever.
    const backwards = Buffer.from([0x01, 0x03, 0x00, 0x02]);
    expect((): unknown => reader.fromBuffer(backwards, resolver)).toThrow(/larger than the record/);
  });
});

it('refers to what cannot be decoded and does not copy it', () => {
  expect(undecodable(5n, 1_000, Buffer.from('abc'), 'why')).toEqual({
    offset: 5n,
    timestamp: 1_000,
    undecodable: {
      reason: 'why',
      length: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    },
  });
});
