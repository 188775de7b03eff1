import { planted } from './guided/planted.fixture';
import { readOptions, type Options } from './options';

const campaigns = ['bombs', 'paths'].map((name) => ({ name, attacks: () => [] }));
const targets = ['query string', 'avro record'].map((name) => ({ ...planted(), name }));
const options = (args: readonly string[]): Options | null => readOptions(args, { campaigns, targets });

it('sends requests and searches, and tries properties only in full', () => {
  expect(options([])).toEqual({
    seed: 1,
    hostile: { campaigns, requests: 100_000, isKept: false },
    guided: { targets, seconds: 8, isKept: false },
    properties: null,
    input: null,
  });
  expect(options(['--full'])).toMatchObject({
    hostile: { requests: 1_000_000, isKept: true },
    guided: { seconds: 1_800, isKept: true },
    properties: { runs: 1_000_000, isKept: true },
  });
});

it.each<[string, string[], object]>([
  [
    'a campaign',
    ['--only', 'paths'],
    { hostile: { campaigns: [{ name: 'paths' }] }, guided: null, properties: null },
  ],
  [
    'a target',
    ['--target', 'query string'],
    { hostile: null, guided: { targets: [{ name: 'query string' }] } },
  ],
  ['properties', ['--properties', '--runs', '3'], { hostile: null, guided: null, properties: { runs: 3 } }],
])('takes %s alone', (_case, args, expected) => {
  expect(options(args)).toMatchObject(expected);
});

it('keeps no results of a part, nor of less than the full size', () => {
  expect(options(['--full', '--only', 'paths'])).toMatchObject({ hostile: { isKept: false } });
  expect(options(['--full', '--requests', '5', '--seconds', '6', '--runs', '7'])).toMatchObject({
    hostile: { isKept: false },
    guided: { isKept: false },
    properties: { isKept: false },
  });
});

it('takes the input of a finding', () => {
  expect(options(['--target', 'query string', '--input', 'ZT1wdg=='])).toMatchObject({
    input: { target: { name: 'query string' }, bytes: Buffer.from('e=pv') },
  });
});

it.each([
  [['--only', 'path'], /--only "path" is not there.*bombs, paths/],
  [['--target', 'avro'], /--target "avro" is not there.*query string, avro record/],
  [['--seed', 'abc'], /--seed "abc" is no number/],
  [['--requests', '0'], /--requests "0" is no number/],
  [['--seconds', '1.5'], /--seconds "1.5" is no number/],
  [['--properties', '--runs', 'many'], /--runs "many" is no number/],
  [['--input', 'ZT1wdg=='], /Write --target NAME too/],
  [['--sed', '1'], /Unknown option '--sed'/],
])('refuses %j with what may be written', (args, sentence) => {
  expect(() => options(args)).toThrow(sentence);
});

it('asks for help', () => {
  expect(options(['-h'])).toBeNull();
});
