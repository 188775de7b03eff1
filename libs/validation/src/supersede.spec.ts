import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SelfDescribing } from '@headwater/contracts';
import { anEnrichedEvent } from '@headwater/testing';
import { compileSchema, igluUri, KeyMap, schemaVer, type Resolution } from './resolution';
import { withSuperseding } from './supersede';

const json = (name: string, addition: number, data = '{}'): SelfDescribing => ({
  vendor: 'com.acme',
  name,
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition,
  data,
});
const schema = compileSchema({});
const schemas = new KeyMap<Resolution>();
schemas.set(json('click', 0), { kind: 'usable', schema, supersededBy: json('click', 3) });
schemas.set(json('place', 1), { kind: 'usable', schema, supersededBy: { ...json('place', 0), model: 2 } });
schemas.set(json('user', 0), { kind: 'usable', schema });

const versions = (entities: readonly SelfDescribing[] | null) =>
  entities?.map((entity) => `${entity.name} ${schemaVer(entity)}`);

describe('an event whose schemas are superseded', () => {
  const event = anEnrichedEvent({
    event_version: '1-0-0',
    unstruct_event: json('click', 0, '{"id":1}'),
    contexts: [json('user', 0), json('place', 1), json('place', 1, '{"x":2}'), json('click', 0)],
    derived_contexts: [json('user', 0)],
  });
  const changed = withSuperseding(event, schemas);

  it('bears the versions it was checked against, and its own data', () => {
    expect(changed.unstruct_event).toEqual(json('click', 3, '{"id":1}'));
    expect(changed.event_version).toBe('1-0-3');
    expect(versions(changed.contexts)).toEqual(['user 1-0-0', 'place 2-0-0', 'place 2-0-0', 'click 1-0-3']);
    expect(changed.contexts?.[2]?.data).toBe('{"x":2}');
  });

  it('says once for each schema which it named', () => {
    expect(versions(changed.derived_contexts)).toEqual([
      'user 1-0-0',
      'validation_info 1-0-0',
      'validation_info 1-0-0',
    ]);
    expect(changed.derived_contexts?.slice(1).map(({ data }) => JSON.parse(data) as unknown)).toEqual([
      { originalSchema: igluUri(json('click', 0)), validatedWith: '1-0-3' },
      { originalSchema: igluUri(json('place', 1)), validatedWith: '2-0-0' },
    ]);
  });

  it('is a copy: what was read stays as it was', () => {
    expect(event.unstruct_event?.addition).toBe(0);
    expect(event.derived_contexts).toHaveLength(1);
  });

  it('carries contexts that meet their own schema', () => {
    const file = join(__dirname, '../schemas/com.snowplowanalytics.iglu/validation_info/jsonschema/1-0-0');
    const { violations } = compileSchema(JSON.parse(readFileSync(file, 'utf8')) as object);
    for (const { data } of changed.derived_contexts?.slice(1) ?? [])
      expect(violations(JSON.parse(data))).toEqual([]);
  });
});

describe('an event whose schemas are not superseded', () => {
  const event = anEnrichedEvent({ unstruct_event: json('user', 0), contexts: [json('user', 0)] });

  it('is the very same', () => {
    expect(withSuperseding(event, schemas)).toBe(event);
  });

  it('is not even looked at when the batch has none that is', () => {
    const get = jest.fn();
    expect(withSuperseding(event, { get, anySuperseded: false })).toBe(event);
    expect(get).not.toHaveBeenCalled();
  });
});
