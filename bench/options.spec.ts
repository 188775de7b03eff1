import { readOptions } from './options';

it('measures everything in three rounds unless told otherwise', () => {
  expect(readOptions([])).toMatchObject({
    stages: ['collector', 'enricher', 'validator', 'loader', 'pipeline'],
    quick: false,
    writeDocs: false,
    sizes: { rounds: 3 },
  });
});

it('takes some stages, in the order of the flow', () => {
  expect(readOptions(['--stage', 'loader', '--stage', 'collector'])?.stages).toEqual(['collector', 'loader']);
});

it('is small with --quick, and --rounds wins', () => {
  expect(readOptions(['--quick'])?.sizes.rounds).toBe(1);
  expect(readOptions(['--quick', '--rounds', '2'])?.sizes).toMatchObject({ rounds: 2, stageEvents: 20_000 });
});

it.each([
  [['--stage', 'enrich'], /no stage "enrich".*collector, enricher/],
  [['--rounds', '0'], /"0" is no number of rounds/],
  [['--rounds', 'x'], /"x" is no number of rounds/],
])('refuses %j with what may be written', (args, sentence) => {
  expect(() => readOptions(args)).toThrow(sentence);
});

it('asks for help', () => {
  expect(readOptions(['-h'])).toBeNull();
});
