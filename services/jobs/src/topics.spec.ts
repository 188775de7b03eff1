import { sizings } from '@headwater/contracts';
import { sizingOf } from './topics';

describe('sizingOf', () => {
  it('takes the sizes of a cluster or of one broker', () => {
    expect(sizingOf({ sizing: 'cluster' })).toEqual(sizings.cluster);
    expect(sizingOf({ sizing: 'embedded' })).toEqual(sizings.embedded);
  });

  it('lets each be named instead', () => {
    expect(sizingOf({ sizing: 'cluster', partitions: 24 })).toEqual({ ...sizings.cluster, partitions: 24 });
  });
});
