import { voidReason, type Delivery } from './void';

const all: Delivery = { sent: 1000, accepted: 1000, delivered: 1000, distinct: 1000 };

it.each<[string, Partial<Delivery>]>([
  ['everything arrived once', {}],
  ['nothing is kept', { delivered: null, distinct: null }],
  ['they cannot be told apart', { distinct: null }],
  ['a few were refused', { accepted: 995, delivered: 995, distinct: 995 }],
  ['a few were refused and arrived all the same', { accepted: 995 }],
])('a figure counts when %s', (_case, delivery) => {
  expect(voidReason({ ...all, ...delivery })).toBeNull();
});

it.each<[string, Partial<Delivery>, string]>([
  ['nothing was accepted', { accepted: 0, delivered: 0 }, 'nothing was accepted'],
  ['many were refused', { accepted: 980, delivered: 980 }, '20 of 1000 were refused or not answered'],
  ['one is lost', { delivered: 999 }, '1 of 1000 accepted are missing'],
  ['one more arrived', { delivered: 1001 }, '1 more arrived than were sent'],
  ['one replaced another', { distinct: 999 }, '1 arrived twice'],
])('a figure is void when %s', (_case, delivery, reason) => {
  expect(voidReason({ ...all, ...delivery })).toBe(reason);
});
