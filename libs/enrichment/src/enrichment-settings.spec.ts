import { readEnrichmentSettings } from './enrichment-settings';
import { enrichments } from './enrichments';

const problemsIn = (document: unknown): string => readEnrichmentSettings(document).problems.join('\n');

it('takes the settings that a file names, and no others', () => {
  const document = {
    campaign: { clickIds: { yclid: 'Yandex' } },
    botDetection: { drop: true },
    timeQuality: null,
    timeoutMs: 20,
    custom: { weather: { unit: 'celsius' } },
  };
  expect(readEnrichmentSettings(document)).toEqual({ settings: document, problems: [] });
});

it.each([[null], [undefined], [{}]])('takes an empty file (%j)', (document) => {
  expect(readEnrichmentSettings(document)).toEqual({ settings: {}, problems: [] });
});

it.each<[string, unknown, RegExp]>([
  ['a list', [], /not a list of settings by enrichment/],
  [
    'an enrichment that does not exist',
    { contry: {} },
    /^"contry" is no enrichment.*There are: userAgent, .*country/,
  ],
  ['a name like a member of Object', JSON.parse('{"__proto__": {}}'), /^"__proto__" is no enrichment/],
  [
    'a setting that does not exist',
    { country: { unknwon: 'XX' } },
    /^country\.unknwon is no setting of country. There are: unknown\.$/,
  ],
  ['a setting of an enrichment without any', { dropIp: { off: true } }, /^dropIp\.off .* There are: none\.$/],
  [
    'settings that are no object',
    { country: 'XX' },
    /^country is "XX", not settings by name. There are: unknown\.$/,
  ],
  [
    'a value of another type',
    { botDetection: { drop: 'yes' } },
    /^botDetection\.drop is not right: .*boolean.*Drop the events of bots/,
  ],
  [
    'a value out of bounds',
    { country: { unknown: 'nowhere' } },
    /^country\.unknown is not right: expected two capital letters/,
  ],
  [
    'a slip inside a value',
    { referrer: { sources: [{ medium: 'serach', source: 'x', hosts: ['a.example'] }] } },
    /^referrer\.sources\.0\.medium is not right/,
  ],
  ['custom settings that are no object', { custom: { weather: 1 } }, /^custom\.weather is not right/],
])('refuses %s, and says what there is', (_case, document, message) => {
  expect(problemsIn(document)).toMatch(message);
});

it('reports everything at once', () => {
  expect(readEnrichmentSettings({ a: {}, country: { b: 1, unknown: 2 } }).problems).toHaveLength(3);
});

it('knows the settings of every enrichment', () => {
  const names = Object.fromEntries(enrichments.map(({ name }) => [name, {}]));
  expect(problemsIn(names)).toBe('');
});
