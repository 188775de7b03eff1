import type { SelfDescribing } from '@headwater/contracts';
import { igluUri } from '../resolution';
import { aClick, failuresOf } from './rules.fixture';
import { unstructSchema } from './unstruct-schema';

describe('unstructSchema', () => {
  it.each<[string, SelfDescribing, string]>([
    [
      'an unknown schema',
      aClick('{}', { name: 'unknown' }),
      'which nobody has. Asked: shipped, central. Publish',
    ],
    [
      'a schema that is none',
      aClick('{}', { name: 'broken' }),
      'central holds under that name is no usable schema: it has no type',
    ],
    ['a name that is no name', aClick('{}', { name: '../etc' }), 'its name is not made of'],
    ['another format', aClick('{}', { format: 'avro' }), 'its format is not "jsonschema"'],
    ['text that is not JSON', aClick('{"id":'), 'cannot be checked: it is not JSON'],
    ['data too deep', aClick('['.repeat(40) + ']'.repeat(40)), 'nested deeper than 32 levels'],
  ])('fails %s', (_case, event, message) => {
    const [found] = failuresOf([unstructSchema], { unstruct_event: event });
    expect(found).toMatchObject({
      type: 'schema_violation',
      field: 'unstruct_event',
      schema: igluUri(event),
    });
    expect(found?.message).toContain(message);
  });

  it('says what was expected, where, and quote the value', () => {
    expect(failuresOf([unstructSchema], { unstruct_event: aClick('{"id":"one"}') })).toEqual([
      {
        type: 'schema_violation',
        message:
          'unstruct_event does not meet iglu:com.acme/click/jsonschema/1-0-0 at /id: expected a value of type integer.',
        field: 'unstruct_event',
        value: 'one',
        expectation: 'a value of type integer',
        schema: 'iglu:com.acme/click/jsonschema/1-0-0',
        path: '/id',
        keyword: 'type',
        source: 'unstructSchema',
      },
    ]);
  });

  it('shows no address, wherever it stands', () => {
    const data = JSON.stringify({
      id: '81.2.69.142',
      '81.2.69.143': 1,
      [`${'x'.repeat(5_000)} 81.2.69.144`]: 1,
    });
    const text = JSON.stringify(failuresOf([unstructSchema], { unstruct_event: aClick(data) }));
    expect(text).not.toContain('81.2.69.');
    expect(text.length).toBeLessThan(10_000);
  });
});
