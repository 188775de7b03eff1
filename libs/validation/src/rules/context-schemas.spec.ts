import { contextSchemas } from './context-schemas';
import { aClick, failuresOf } from './rules.fixture';

const good = aClick('{"id":1}');

describe('contextSchemas', () => {
  it.each([
    ['no contexts', { contexts: null, derived_contexts: null }, []],
    ['good contexts', { contexts: [good, good], derived_contexts: [good] }, []],
    ['a bad context', { contexts: [good, aClick('{}')] }, ['contexts[1]']],
    ['a bad derived context', { derived_contexts: [aClick('{}'), good] }, ['derived_contexts[0]']],
    ['an unknown schema', { contexts: [aClick('{}', { name: 'unknown' })] }, ['contexts[0]']],
    [
      'several bad ones',
      { contexts: [aClick('{}'), aClick('{"id":1,"note":2,"more":3}')], derived_contexts: [aClick('[]')] },
      ['contexts[0]', 'contexts[1]', 'contexts[1]', 'derived_contexts[0]'],
    ],
  ])('judges %s', (_case, known, fields) => {
    const failures = failuresOf([contextSchemas], known);
    expect(failures.map(({ field }) => field).toSorted()).toEqual(fields);
    for (const { type, source } of failures)
      expect([type, source]).toEqual(['schema_violation', 'contextSchemas']);
  });
});
