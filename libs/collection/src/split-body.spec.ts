import fc from 'fast-check';
import { splitBody } from './split-body';

const SCHEMA = 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4';
const bodyOf = (events: readonly unknown[], space?: number): Buffer =>
  Buffer.from(JSON.stringify({ schema: SCHEMA, data: events }, null, space));
const eventsIn = (body: Buffer): readonly unknown[] =>
  (JSON.parse(body.toString('utf8')) as { readonly data: readonly unknown[] }).data;

describe('splitBody', () => {
  it('loses no event of any list, keeps their order and the wrapper, and no part is too large', () => {
    const list = fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        list,
        fc.integer({ min: 90, max: 400 }),
        fc.constantFrom(0, 2),
        (events, maximum, space) => {
          const split = splitBody(bodyOf(events, space), maximum);
          if (split === null) return;
          const found = new Map<number, unknown>();
          for (const { body, firstIndex } of split.parts) {
            expect(body.length).toBeLessThanOrEqual(maximum);
            expect(JSON.parse(body.toString())).toMatchObject({ schema: SCHEMA });
            for (const [index, event] of eventsIn(body).entries()) found.set(firstIndex + index, event);
          }
          for (const { index, bytes } of split.oversize) {
            expect(bytes).toBeGreaterThan(0);
            expect(found.has(index)).toBe(false);
            found.set(index, events[index]);
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
    expect(splitBody(bodyOf(events), 1_000_000)?.parts).toHaveLength(1);
    expect(splitBody(bodyOf(events), 1_400)?.parts).toHaveLength(2);
  });

  it('lets only the event fail that no record can hold', () => {
    const events = [{ e: 'a' }, { e: 'b', page: 'x'.repeat(500) }, { e: 'c' }];
    const split = splitBody(bodyOf(events), 300);
    expect(split?.parts.map(({ body, firstIndex }) => [firstIndex, eventsIn(body)])).toEqual([
      [0, [{ e: 'a' }]],
      [2, [{ e: 'c' }]],
    ]);
    expect(split?.oversize).toEqual([{ index: 1, bytes: JSON.stringify(events[1]).length }]);
  });

  it.each([
    ['a comma, bracket or quote in a text', { e: String.raw`],}"{[\"\\` }],
    ['a text that ends in a backslash', { e: '\\' }],
    ['UTF-8 of four bytes', { e: '👩‍🚀'.repeat(20) }],
  ])('is not misled by %s', (_case, event) => {
    const split = splitBody(bodyOf([event, event, event]), 400);
    expect(split?.parts.flatMap(({ body }) => eventsIn(body))).toEqual([event, event, event]);
  });

  it.each([
    ['keys in another order', `{"data":[{"e":"a"},{"e":"b"}],"schema":"${SCHEMA}"}`],
    ['a key with an escape', `{"schema":"${SCHEMA}","d\\u0061ta":[{"e":"a"},{"e":"b"}]}`],
    ['a byte order mark', `\ufeff{"schema":"${SCHEMA}","data":[{"e":"a"},{"e":"b"}]}`],
    ['other keys', `{"x":{"data":[1]},"schema":"${SCHEMA}","data":[{"e":"a"},{"e":"b"}],"y":[["data"]]}`],
    ['spaces', ` {\n"schema" : "${SCHEMA}" ,\t"data" : [ {"e":"a"} , {"e":"b"} ] } `],
  ])('reads %s', (_case, text) => {
    const body = Buffer.from(text);
    const split = splitBody(body, body.length - 1);
    expect(
      split?.parts.flatMap((part) => eventsIn(Buffer.from(part.body.toString('utf8').replace('\ufeff', '')))),
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
    ['a wrapper that leaves no room', `{"schema":"${'x'.repeat(300)}","data":[1]}`],
  ])('finds no events in %s', (_case, text) => {
    expect(splitBody(Buffer.from(text), 250)).toBeNull();
  });

  it('takes nesting for what it is: the matter of one event', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const body = Buffer.from(`{"schema":"${SCHEMA}","data":[{"e":"a"},${deep},{"e":"b"}]}`);
    const split = splitBody(body, 1_000);
    expect(split?.parts).toHaveLength(2);
    expect(split?.oversize).toEqual([{ index: 1, bytes: 200_000 }]);
  });

  it.each([
    ['quotes', '{"data":["' + '\\"'.repeat(2_500_000)],
    ['backslashes', '{"data":["' + '\\'.repeat(5_000_000)],
    ['brackets', '{"data":' + '['.repeat(5_000_000)],
    ['short events', '{"data":[' + '1,'.repeat(2_500_000) + '1]}'],
    ['keys', '{' + '"data":1,'.repeat(500_000) + '}'],
  ])('takes a time that grows with the body only: %s', (_case, text) => {
    const before = performance.now();
    splitBody(Buffer.from(text), 1_000_000);
    expect(performance.now() - before).toBeLessThan(1_500);
  });
});
