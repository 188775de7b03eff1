import type { SchemaKey } from './schema-key';
import { compareVersions, parseSchemaVer, superseding, validationInfo } from './superseding';

const version = (model: number, revision: number, addition: number): SchemaKey => ({
  vendor: 'com.acme',
  name: 'click',
  format: 'jsonschema',
  model,
  revision,
  addition,
});

describe('a SchemaVer', () => {
  it.each<[string, readonly [number, number, number] | null]>([
    ['1-0-0', [1, 0, 0]],
    ['12-34-56', [12, 34, 56]],
    ['999999999-0-0', [999_999_999, 0, 0]],
    ['0-0-1', null],
    ['1-0', null],
    ['1-0-0-0', null],
    ['1.0.0', null],
    ['01-0-0', null],
    ['1-00-0', null],
    ['1-0-01', null],
    ['-1-0-0', null],
    ['1-*-*', null],
    ['1-0-0 ', null],
    ['1-0-0\n', null],
    ['1-0-9999999999', null],
    ['', null],
  ])('%j', (text, parts) => {
    const [model, revision, addition] = parts ?? [];
    expect(parseSchemaVer(text)).toEqual(parts === null ? null : { model, revision, addition });
  });

  it('is ordered by model, then revision, then addition', () => {
    const ordered = [
      version(1, 0, 0),
      version(1, 0, 10),
      version(1, 2, 0),
      version(1, 10, 0),
      version(2, 0, 0),
    ];
    expect(ordered.toReversed().sort(compareVersions)).toEqual(ordered);
  });
});

describe('the version that supersedes another', () => {
  it.each<[string, unknown, SchemaKey | null]>([
    ['an addition', '1-0-1', version(1, 0, 1)],
    ['a model', '2-0-0', version(2, 0, 0)],
    ['none', undefined, null],
  ])('may be %s', (_case, $supersededBy, expected) => {
    expect(superseding(version(1, 0, 0), { $supersededBy })).toEqual(expected);
  });

  it.each(['1-0-0', '0-9-9', 7, null, ['1-0-1']])('is none when it is %p', ($supersededBy) => {
    expect(() => superseding(version(1, 0, 0), { $supersededBy })).toThrow();
  });
});

it('records a substitution as Snowplow does', () => {
  expect(validationInfo(version(1, 0, 2), version(1, 0, 3))).toEqual({
    vendor: 'com.snowplowanalytics.iglu',
    name: 'validation_info',
    format: 'jsonschema',
    model: 1,
    revision: 0,
    addition: 0,
    data: '{"originalSchema":"iglu:com.acme/click/jsonschema/1-0-2","validatedWith":"1-0-3"}',
  });
});
