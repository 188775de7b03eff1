import { scaledRuns } from '@headwater/testing';
import fc from 'fast-check';
import { JsonProblem, JsonWalker } from './json-walker';

const generous = { depth: 1_000, parts: 1_000_000 };
const skipAll = (text: string, limits = generous): void => {
  const walker = new JsonWalker(text, limits);
  walker.root((at) => ({ end: walker.skip(at) }));
};

function isAccepted(text: string): boolean {
  try {
    skipAll(text);
    return true;
  } catch (error) {
    if (error instanceof JsonProblem) return false;
    throw error;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Small pieces from which JSON and almost-JSON is made. */
const piece = fc.constantFrom(
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"a"',
  '"',
  '\\',
  '\\u00',
  '\\u0041',
  '\\x',
  'true',
  'nul',
  'null',
  'false',
  '0',
  '-',
  '1',
  '.5',
  '2.',
  'e',
  'E+3',
  '00',
  '+1',
  ' ',
  '\n',
  '\u00a0',
  '\u0001',
  '\ufeff',
  'é',
  '😀',
);

describe('what is accepted', () => {
  it('is what JSON.parse accepts: printed values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t'), (value, space) =>
        isAccepted(JSON.stringify(value, null, space)),
      ),
    );
  });

  it('is what JSON.parse accepts: texts near to JSON', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const text = pieces.join('');
        expect([text, isAccepted(text)]).toEqual([text, isJson(text)]);
      }),
      { numRuns: scaledRuns(5_000) },
    );
  });

  it('is what JSON.parse accepts: printed values with one character changed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), piece, (value, place, change) => {
        const json = JSON.stringify(value);
        const at = place % (json.length + 1);
        const text = json.slice(0, at) + change + json.slice(at + 1);
        expect([text, isAccepted(text)]).toEqual([text, isJson(text)]);
      }),
      { numRuns: scaledRuns(2_000) },
    );
  });
});

describe('what is cut out', () => {
  it('is the text of each member, and the key as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), (object, space) => {
        const walker = new JsonWalker(JSON.stringify(object, null, space), generous);
        const members: [string, unknown][] = [];
        walker.root((at) => ({
          end: walker.object(at, (key, valueAt) => {
            const end = walker.skip(valueAt);
            members.push([key, JSON.parse(walker.text.slice(valueAt, end))]);
            return end;
          }),
        }));
        expect(members).toEqual(Object.entries(JSON.parse(walker.text) as object));
      }),
    );
  });

  it('is only of the members that were asked for, however their keys are written', () => {
    const walker = new JsonWalker('{"a":1,"\\u0061":2,"aa":3,"b":4}', generous);
    const seen: string[] = [];
    const visit = (key: string, at: number): number => {
      const end = walker.skip(at);
      seen.push(key + walker.text.slice(at, end));
      return end;
    };
    walker.root((at) => ({ end: walker.object(at, visit, ['a', 'b']) }));
    expect(seen).toEqual(['a1', 'a2', 'b4']);
  });
});

describe('limits', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  it('end a walk that goes too deep', () => {
    expect(() => {
      skipAll(nested(5), { depth: 5, parts: 100 });
    }).not.toThrow();
    expect(() => {
      skipAll(nested(6), { depth: 5, parts: 100 });
    }).toThrow('depth');
  });

  it('end a walk past too many parts', () => {
    expect(() => {
      skipAll('[1,2,{"a":3}]', { depth: 5, parts: 4 });
    }).not.toThrow();
    expect(() => {
      skipAll('[1,2,{"a":3},4]', { depth: 5, parts: 4 });
    }).toThrow('parts');
  });

  it('hold against a text that would otherwise exhaust the stack', () => {
    expect(() => {
      skipAll(nested(1_000_000), { depth: 40, parts: 10_000 });
    }).toThrow('depth');
  });
});
