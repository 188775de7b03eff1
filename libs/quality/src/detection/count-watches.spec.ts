import { aWindow } from '../testing/check-bench';
import { MONDAY } from '../testing/traffic';
import { DAY, HOUR, MINUTE, WEEK } from '../time';
import { CountWatches } from './count-watches';

const settings = {
  windowMs: MINUTE,
  warmUpMs: WEEK / 2,
  rebaselineMs: DAY,
  leastEffect: 0.1,
  leastEvents: 10,
};
const START = MONDAY + WEEK + 10 * HOUR;

/** Apps a (100 a minute) and b (50), and all together. */
function run(during: { readonly a: number; readonly b: number }): CountWatches {
  const watches = new CountWatches(['collector', 'enricher'], settings);
  for (const from of [MONDAY + 9 * HOUR, MONDAY + WEEK + 9 * HOUR])
    for (let at = from; at < from + 3 * HOUR && at < START + 15 * MINUTE; at += MINUTE) {
      const { a, b } = at < START ? { a: 100, b: 50 } : during;
      watches.step(aWindow('collector', at, { appId: '*', in: (a + b) / 2 }), 16);
      watches.step(aWindow('enricher', at, { appId: 'a', in: a }, { appId: 'b', in: b }), 16);
    }
  return watches;
}

const told = (watches: CountWatches): readonly string[] =>
  [...watches.after('enricher')]
    .filter(({ verdict, explained }) => verdict.state === 'deviates' && explained === 'no')
    .map(({ appId }) => appId);

describe('CountWatches', () => {
  it.each([
    ['nobody when all is as usual', { a: 100, b: 50 }, []],
    ['one app when only it falls', { a: 30, b: 50 }, ['a']],
    ['the small app when only it falls', { a: 100, b: 5 }, ['b']],
    ['all together when both fall alike', { a: 30, b: 15 }, ['*']],
    ['all together when nothing comes', { a: 0, b: 0 }, ['*']],
    ['both apps when one falls and one rises', { a: 40, b: 120 }, ['a', 'b']],
  ])('lays a deviation on %s', (_case, during, expected) => {
    expect(told(run(during))).toEqual(expected);
  });

  it('knows what silence would mean, and that it does not know it at other hours', () => {
    const watches = run({ a: 100, b: 50 });
    expect(watches.silenceEvidence(START + 20 * MINUTE)).toBeGreaterThan(16);
    expect(watches.silenceEvidence(START + 12 * HOUR)).toBeNull();
  });

  it('lets go of a series', () => {
    const watches = run({ a: 100, b: 50 });
    const before = watches.size;
    watches.forget('a\u001ftotal');
    expect(watches.size).toBe(before - 1);
  });
});
