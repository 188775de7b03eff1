import { RecentlyUsed } from '../recently-used';

/** Remembers the latest `max` results of a pure function of a text: user agents and hosts repeat, and cost much to read. */
export function remember<Value>(max: number, compute: (text: string) => Value): (text: string) => Value {
  const known = new RecentlyUsed<Value>(max);
  return (text) => known.get(text, compute);
}
