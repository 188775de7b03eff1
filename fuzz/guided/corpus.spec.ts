import { Random } from '@headwater/testing';
import { Corpus } from './corpus';

const corpusOf = (size: number): Corpus => {
  const corpus = new Corpus();
  for (let at = 0; at < size; at += 1) corpus.add(Buffer.from([at]));
  return corpus;
};

describe('a corpus', () => {
  it('picks new entries more often than old ones, and leaves none out', () => {
    const corpus = corpusOf(200);
    const random = new Random(1);
    const picks = new Array<number>(200).fill(0);
    for (let round = 0; round < 4_000; round += 1) picks[corpus.pick(random)[0]!]! += 1;
    const newest = picks.slice(-16).reduce((sum, count) => sum + count, 0);
    expect(newest).toBeGreaterThan(1_000);
    expect(Math.min(...picks)).toBeGreaterThan(0);
  });

  it('gives the same for the same chance', () => {
    const picked = (): readonly number[] => {
      const [corpus, random] = [corpusOf(20), new Random(3)];
      return Array.from({ length: 50 }, () => corpus.pick(random)[0]!);
    };
    expect(picked()).toEqual(picked());
  });
});
