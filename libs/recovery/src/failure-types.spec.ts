import { FailureType } from '@headwater/contracts';
import { badrowEquivalents } from './badrows/equivalents';
import { failureTypes } from './failure-types';

describe('the catalogue of failure types', () => {
  it('explains every symbol of the contract and no other', () => {
    expect(Object.keys(failureTypes).sort()).toEqual([...FailureType].sort());
  });

  it.each(Object.entries(failureTypes))(
    'tells of %s what it means, why it happens and what helps',
    (_type, entry) => {
      expect(entry.meaning).toMatch(/^[A-Z].*\.$/);
      for (const list of [entry.stages, entry.causes, entry.fixes]) expect(list.length).toBeGreaterThan(0);
      expect(entry.replay === 'usually' || entry.replayNote !== '').toBe(true);
    },
  );

  it.each(Object.entries(failureTypes))(
    'exports %s as a row that means the same there',
    (type, { badrow }) => {
      // Types that the family does not know go out as generic errors; noise and format errors as the row they are there.
      const others = { path_scan: 'adapter_failure', atomic_field_violation: 'schema_violation' };
      const same = new Set([type, (others as Readonly<Record<string, string>>)[type]]);
      const meanings = (badrowEquivalents[badrow] ?? []).map((equivalent) => equivalent.type);
      expect(
        badrow === 'generic_error' || meanings.some((meaning) => meaning !== null && same.has(meaning)),
      ).toBe(true);
    },
  );
});
