import fc from 'fast-check';
import { splitBody, type BodyPart } from './split-body';

const SCHEMA = 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4';
const bodyOf = (events: readonly unknown[], space?: number): Buffer =>
  Buffer.from(JSON.stringify({ schema: SCHEMA, data: events }, null, space));
/** The wrapper of an empty list may take an eighth of a part. */
const LEAST = 8 * bodyOf([], 2).length;
const partsOf = (body: Buffer, maximum: number): readonly BodyPart[] => [
  ...(splitBody(body, maximum)?.parts ?? []),
];
const eventsIn = (body: Buffer): readonly unknown[] =>
  (JSON.parse(body.toString('utf8')) as { readonly data: readonly unknown[] }).data;

describe('splitBody', () => {
  it('loses no event of any list, keeps their order and the wrapper, and no part is too large', () => {
    const list = fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        list,
        fc.integer({ min: LEAST, max: 2 * LEAST }),
        fc.constantFrom(0, 2),
        (events, maximum, space) => {
          const body = bodyOf(events, space);
          const split = splitBody(body, maximum);
          if (split === null) throw new Error('not split');
          const found = new Map<number, unknown>();
          for (const { body: part, firstIndex } of split.parts) {
            expect(part.length).toBeLessThanOrEqual(maximum);
            expect(JSON.parse(part.toString())).toMatchObject({ schema: SCHEMA });
            for (const [index, event] of eventsIn(part).entries()) found.set(firstIndex + index, event);
          }
          for (const { index, from, to } of split.oversize) {
            expect(found.has(index)).toBe(false);
            found.set(index, JSON.parse(body.toString('utf8', from, to)));
          }
          expect([...found.keys()].sort((a, b) => a - b)).toEqual([...events.keys()]);
          for (const [index, event] of found)
            expect(event).toEqual(JSON.parse(JSON.stringify(events[index])));
        },
      ),
    );
  });

  it('makes as few parts as they fit into', () => {
    const events = Array.from({ length: 100 }, (_, n) => ({ e: 'pv', n: String(n).padStart(3, '0') }));
    expect(partsOf(bodyOf(events), 1_000_000)).toHaveLength(1);
    expect(partsOf(bodyOf(events), 1_400)).toHaveLength(2);
  });

  it('lets only the event fail that no record can hold', () => {
    const events = [{ e: 'a' }, { e: 'b', page: 'x'.repeat(1_500) }, { e: 'c' }];
    const body = bodyOf(events);
    const split = splitBody(body, 1_000);
    expect(partsOf(body, 1_000).map((part) => [part.firstIndex, eventsIn(part.body)])).toEqual([
      [0, [{ e: 'a' }]],
      [2, [{ e: 'c' }]],
    ]);
    const [from, to] = [body.indexOf('{"e":"b"'), body.indexOf(',{"e":"c"')];
    expect(split?.oversize).toEqual([{ index: 1, from, to }]);
  });

  it.each([
    ['a comma, bracket or quote in a text', { e: String.raw`],}"{[\"\\` }],
    ['a text that ends in a backslash', { e: '\\' }],
    ['UTF-8 of four bytes', { e: '👩‍🚀'.repeat(20) }],
  ])('is not misled by %s', (_case, event) => {
    const events = Array.from({ length: 200 }, () => event);
    const parts = partsOf(bodyOf(events), 1_000);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.flatMap(({ body }) => eventsIn(body))).toEqual(events);
  });

  it.each([
    ['keys in another order', `{"data":[{"e":"a"},{"e":"b"}],"schema":"${SCHEMA}"}`],
    ['a key with an escape', `{"schema":"${SCHEMA}","d\\u0061ta":[{"e":"a"},{"e":"b"}]}`],
    ['a byte order mark', `\ufeff{"schema":"${SCHEMA}","data":[{"e":"a"},{"e":"b"}]}`],
    ['other keys', `{"x":{"data":[1]},"schema":"${SCHEMA}","data":[{"e":"a"},{"e":"b"}],"y":[["data"]]}`],
    ['spaces', ` {\n"schema" : "${SCHEMA}" ,\t"data" : [ {"e":"a"} , {"e":"b"} ] } `],
  ])('reads %s', (_case, text) => {
    expect(
      partsOf(Buffer.from(text), 1_500).flatMap((part) =>
        eventsIn(Buffer.from(part.body.toString('utf8').replace('\ufeff', ''))),
      ),
    ).toEqual([{ e: 'a' }, { e: 'b' }]);
  });

  it.each([
    ['no JSON', 'x'.repeat(200)],
    ['a list', '[1,2,3]'],
    ['no list of events', `{"schema":"${SCHEMA}"}`],
    ['events that are no list', `{"schema":"${SCHEMA}","data":{"e":"a"}}`],
    ['two lists of events', '{"data":[1],"data":[2]}'],
    ['an empty list', '{"data":[]}'],
    ['a comma too many', '{"data":[1,]}'],
    ['an empty place', '{"data":[1,,2]}'],
    ['no end of the list', '{"data":[1,2'],
    ['no end of a text', '{"data":["1,2]}'],
    ['no end of the object', '{"data":[1,2]'],
    ['something after the object', '{"data":[1,2]}x'],
    ['a key that is none', '{data:[1,2]}'],
    ['nothing', ''],
  ])('finds no events in %s', (_case, text) => {
    expect(splitBody(Buffer.from(text), 2_000)).toBeNull();
  });

  it.each([
    ['an eighth of a part', 1_000, 125],
    ['64 KiB', 1_000_000, 65_536],
  ])('splits no body whose wrapper is larger than %s: each part would bear it', (_case, maximum, most) => {
    const wrapped = (bytes: number): Buffer => {
      const [before, after] = ['{"x":"', '","data":['];
      const filler = 'x'.repeat(bytes - before.length - after.length - 2);
      return Buffer.from(`${before}${filler}${after}${'1,'.repeat(maximum)}1]}`);
    };
    expect(partsOf(wrapped(most), maximum).length).toBeGreaterThan(1);
    expect(splitBody(wrapped(most + 1), maximum)).toBeNull();
  });

  it('makes a part when it is asked for, and not before', () => {
    const concat = jest.spyOn(Buffer, 'concat');
    const split = splitBody(bodyOf(Array.from({ length: 1_000 }, () => ({ e: 'pv' }))), 1_000);
    expect(concat).toHaveBeenCalledTimes(0);
    const [first] = split?.parts ?? [];
    expect(first?.firstIndex).toBe(0);
    expect(concat).toHaveBeenCalledTimes(1);
    concat.mockRestore();
  });

  it('takes nesting for what it is: the matter of one event', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const body = Buffer.from(`{"schema":"${SCHEMA}","data":[{"e":"a"},${deep},{"e":"b"}]}`);
    const split = splitBody(body, 1_000);
    expect([...(split?.parts ?? [])]).toHaveLength(2);
    expect(split?.oversize.map(({ index, from, to }) => [index, to - from])).toEqual([[1, 200_000]]);
  });

  it.each([
    ['quotes', '{"data":["' + '\\"'.repeat(2_500_000), false],
    ['backslashes', '{"data":["' + '\\'.repeat(5_000_000), false],
    ['brackets', '{"data":' + '['.repeat(5_000_000), false],
    ['short events', '{"data":[' + '1,'.repeat(2_500_000) + '1]}', true],
    ['keys', '{' + '"data":1,'.repeat(500_000) + '}', false],
  ])('takes a time that grows with the body only: %s', (_case, text, isSplit) => {
    // The square of these lengths is hours.
    expect(splitBody(Buffer.from(text), 1_000_000) !== null).toBe(isSplit);
  });
});
