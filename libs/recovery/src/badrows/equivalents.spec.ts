import { FailureType } from '@headwater/contracts';
import { badrowEquivalents } from './equivalents';

it('says why where no event of ours fails so', () => {
  for (const { type, note } of Object.values(badrowEquivalents).flat())
    expect(FailureType).toContain(type ?? (note === '' ? 'no reason' : 'unknown'));
});
