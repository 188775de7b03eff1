import { Random } from '@headwater/testing';
import { CoverageMeter, type Meter } from './coverage-meter';
import { FAULT, isPlanted, planted } from './planted.fixture';
import { search, type Finding, type Progress } from './search';

const BUDGET = 40_000;
/** For a machine that does other things too. */
const PATIENCE_MS = 60_000;

/** Sees nothing new in anything. */
const blind: Meter = { take: () => Promise.resolve([]) };

async function found(
  meter: Meter,
  seed: number,
): Promise<Progress & { readonly findings: readonly Finding[] }> {
  const findings: Finding[] = [];
  const progress = await search({
    target: planted(),
    random: new Random(seed),
    meter,
    goesOn: (executions) => executions < BUDGET && findings.length === 0,
    onFinding: (finding) => findings.push(finding),
  });
  return { ...progress, findings };
}

describe('a search', () => {
  it.each([3, 4, 5])(
    'finds what lies behind four bytes, and as short as it can be (seed %d)',
    async (seed) => {
      const meter = await CoverageMeter.start(isPlanted);
      const { findings, corpus } = await found(meter, seed);
      meter.stop();
      expect(findings).toEqual([{ kind: 'the fault', detail: '', input: FAULT }]);
      expect(corpus).toBeGreaterThanOrEqual(3);
    },
    PATIENCE_MS,
  );

  it.each([3, 4])(
    'that sees nothing does not, with all inputs that it has (seed %d)',
    async (seed) => {
      expect(await found(blind, seed)).toMatchObject({ findings: [], executions: BUDGET, corpus: 1 });
    },
    PATIENCE_MS,
  );

  it('tries the same inputs for the same seed', async () => {
    const inputs = async (): Promise<readonly string[]> => {
      const tried: string[] = [];
      await search({
        target: planted(),
        random: new Random(5),
        meter: blind,
        goesOn: (executions) => executions < 200,
        onInput: (input) => tried.push(input.toString('hex')),
        onFinding: () => undefined,
      });
      return tried;
    };
    expect(await inputs()).toEqual(await inputs());
  });

  it('tells of one fault once, and of an exception with its place', async () => {
    const findings: Finding[] = [];
    await search({
      target: {
        ...planted(),
        check: () => {
          throw new TypeError('never');
        },
      },
      random: new Random(1),
      meter: blind,
      goesOn: (executions) => executions < 100,
      onFinding: (finding) => findings.push(finding),
    });
    expect(findings.map(({ kind, input }) => [kind.replace(/:\d+$/, ''), input.length])).toEqual([
      ['it throws TypeError fuzz/guided/search.spec.ts', 0],
    ]);
  });

  it('finds the input that changes what all objects share', async () => {
    const findings: Finding[] = [];
    await search({
      target: {
        ...planted(),
        check(input) {
          if (input.includes('ab')) Reflect.set(Array.prototype, 'isAdmin', true);
          return null;
        },
      },
      random: new Random(1),
      meter: blind,
      goesOn: (executions) => executions < 5_000,
      onFinding: (finding) => findings.push(finding),
    });
    expect(findings).toMatchObject([
      { kind: 'it changes what all objects share', detail: 'Array.prototype.isAdmin' },
    ]);
    expect(findings[0]?.input.includes('ab')).toBe(true);
    expect('isAdmin' in []).toBe(false);
  });
});
