import { Grants } from './grants';

const asked = (
  grants: Grants,
  first: bigint,
  offset: bigint,
  decide: () => boolean,
  partition = 0,
): boolean => {
  grants.at({ partition, first, offset });
  return grants.next(decide);
};
const never = (): boolean => {
  throw new Error('It was decided before.');
};

it('decides once for each event of a record, in their order', () => {
  const grants = new Grants();
  grants.at({ partition: 0, first: 5n, offset: 5n });
  expect([grants.next(() => true), grants.next(() => false)]).toEqual([true, false]);
  grants.at({ partition: 0, first: 5n, offset: 5n });
  expect([grants.next(never), grants.next(never), grants.next(() => true)]).toEqual([true, false, true]);
});

it('tells partitions and offsets apart', () => {
  const grants = new Grants();
  expect(asked(grants, 5n, 5n, () => true)).toBe(true);
  expect(asked(grants, 5n, 6n, () => false)).toBe(false);
  expect(asked(grants, 5n, 5n, () => false, 1)).toBe(false);
  expect(asked(grants, 5n, 5n, never)).toBe(true);
});

it('forgets what is done, so that it holds one batch', () => {
  const grants = new Grants();
  asked(grants, 5n, 5n, () => true);
  asked(grants, 5n, 6n, () => true);
  asked(grants, 6n, 6n, never);
  expect(asked(grants, 5n, 5n, () => false)).toBe(false);
});

it('remembers nothing where nobody says which record is judged', () => {
  const grants = new Grants();
  expect([grants.next(() => true), grants.next(() => false)]).toEqual([true, false]);
});
