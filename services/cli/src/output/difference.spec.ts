import { differencesOf } from './difference';

const ue = (data: object): string => JSON.stringify({ schema: 'w', data: { schema: 's', data } });
const co = (...contexts: object[]): string => JSON.stringify({ schema: 'w', data: contexts });

it('names what changed by its path, inside self-describing data too', () => {
  expect(
    differencesOf(
      {
        res: 'wide',
        p: 'web',
        ue_pr: ue({ total: '1', 'e-mail': 'x', 'a b': 1 }),
        co: co({ data: { n: 1 } }),
      },
      {
        p: 'web',
        page: 'Cart',
        ue_pr: ue({ total: 1, 'e-mail': 'x', 'a b': 2 }),
        co: co({ data: { n: 2 } }),
      },
    ),
  ).toEqual([
    { path: '$.parameters.res', before: 'wide', after: undefined },
    { path: '$.parameters.page', before: undefined, after: 'Cart' },
    { path: '$.unstruct_event.data.total', before: '1', after: 1 },
    { path: "$.unstruct_event.data['a b']", before: 1, after: 2 },
    { path: '$.contexts[0].data.n', before: 1, after: 2 },
  ]);
});

it('shows a list whole that lost an element, and text that is no JSON', () => {
  expect(differencesOf({ co: co({ a: 1 }, { b: 1 }) }, { co: co({ b: 1 }) })).toEqual([
    { path: '$.contexts', before: [{ a: 1 }, { b: 1 }], after: [{ b: 1 }] },
  ]);
  expect(differencesOf({ ue_pr: '{' }, { ue_pr: ue({}) })).toMatchObject([{ before: '{' }]);
  expect(differencesOf({ a: '1' }, { a: '1' })).toEqual([]);
});
