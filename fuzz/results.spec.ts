import { merged, type Results } from './results';
import { pageOf } from './results-page';

const from = { commit: 'abc', command: 'npm run fuzz -- --full', seed: 1 };
const target = (name: string, executions: number): Results['guided'][number] => ({
  ...from,
  target: name,
  promises: `what ${name} promises`,
  seconds: 60,
  executions,
  corpus: 5,
  functions: 7,
  blocks: 9,
  findings: 0,
});
const hostile: NonNullable<Results['hostile']> = {
  ...from,
  seconds: 10,
  campaigns: { bombs: 3 },
  requests: 3,
  answers: { '200': 3 },
  verdicts: { yes: 1, no: 2, either: 3, wrong: [] },
  findings: 0,
  peakMemoryMiB: 100,
};
const properties: NonNullable<Results['properties']> = {
  ...from,
  asked: 1_000_000,
  seconds: 9,
  tried: [
    { spec: 'libs/kafka/src/avro/codec.spec.ts', name: 'one', runs: 5_000 },
    { spec: 'services/cli/src/a.spec.ts', name: 'two', runs: 10_000 },
    { spec: 'services/cli/src/a.spec.ts', name: 'three', runs: 1_000_000 },
  ],
  findings: 0,
};
const nothing: Results = { version: 4, hostile: null, guided: [], properties: null };

describe('results', () => {
  it('of one part leave the others as they are', () => {
    const both = merged(merged(nothing, { hostile }), { guided: [target('one', 1), target('two', 2)] });
    expect(both).toMatchObject({ hostile, guided: [{ executions: 1 }, { executions: 2 }] });
    expect(merged(both, { guided: [target('two', 3)] })).toMatchObject({
      hostile,
      guided: [{ executions: 1 }, { executions: 3 }],
    });
  });

  it('make a page of what there is', () => {
    const page = pageOf(merged(nothing, { guided: [target('one', 1)] }));
    expect(page).toContain('| one | 1 | 60 | 5 | 7 | 9 | 0 | abc | 1 |');
    expect(page).not.toContain('| campaign |');
    expect(pageOf(merged(nothing, { hostile }))).toContain('| bombs | 3 |');
    const tried = pageOf(merged(nothing, { properties }));
    expect(tried).toContain('3 properties, 1015000 inputs in 9 s');
    expect(tried).toContain('| libs/kafka | 1 | 5000 | 5000 | 0 |');
    expect(tried).toContain('| services/cli | 2 | 1010000 | 10000 | 1 |');
  });
});
