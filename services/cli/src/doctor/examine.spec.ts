import type { Check } from './check';
import { examine, exitCodeOf, verdictOf, type Examined } from './examine';
import { ok, problem, warning, type Finding } from './finding';
import { jsonReportOf, reportOf } from './report';
import { anInstallation } from './testing/an-installation';

const aCheck = (name: string, run: Check['run']): Check => ({ name, summary: name, runbook: 'lag', run });
const saying = (...findings: readonly Finding[]): readonly Examined[] => [
  { check: aCheck('it', () => Promise.resolve([])), findings },
];

describe('the examination', () => {
  it('lets a check that throws hold up no other', async () => {
    const examined = await examine(
      [
        aCheck('broken', () => Promise.reject(new Error('It fell over.'))),
        aCheck('well', () => Promise.resolve([ok('x', 'Fine.')])),
      ],
      anInstallation(),
    );
    expect(examined.map(({ findings }) => findings[0])).toEqual([
      expect.objectContaining({ state: 'not checked', seen: 'It fell over.' }),
      ok('x', 'Fine.'),
    ]);
  });

  it('gives each check its deadline', async () => {
    const asked: number[] = [];
    const installation = {
      ...anInstallation(),
      sleep: (milliseconds: number) => {
        asked.push(milliseconds);
        return Promise.resolve();
      },
    };
    const forEver = new Promise<never>(() => undefined);
    const [examined] = await examine([{ ...aCheck('slow', () => forEver), deadlineMs: 3_000 }], installation);
    expect(asked).toEqual([3_000]);
    expect(examined?.findings[0]).toMatchObject({
      state: 'not checked',
      seen: 'There was no answer within 3 s.',
    });
  });

  it.each<[string, readonly Finding[], number]>([
    ['all is well', [ok('a', 'b')], 0],
    ['there are warnings', [ok('a', 'b'), warning('a', 'b', 'c')], 0],
    [
      'something could not be checked',
      [{ ...ok('a', 'b'), state: 'not checked' }, warning('a', 'b', 'c')],
      3,
    ],
    ['there is a problem', [{ ...ok('a', 'b'), state: 'not checked' }, problem('a', 'b', 'c')], 1],
    ['nothing was looked at', [], 3],
  ])('ends as it should when %s', (_case, findings, code) => {
    expect(exitCodeOf(verdictOf(saying(...findings)))).toBe(code);
  });
});

describe('the report', () => {
  it('puts what is wrong first, with what to do and where to read on', () => {
    expect(
      reportOf(
        saying(ok('a', 'Fine.'), problem('b', 'Broken.', 'Mend it.', 'E_GAP'), warning('c', 'Odd.', 'Look.')),
      ),
    ).toBe(`it
  PROBLEM     b: Broken.
              → Mend it.  (docs/runbooks/E_GAP.md)
  WARNING     c: Odd.
              → Look.  (docs/runbooks/lag.md)
  ok          a: Fine.

1 problem, 1 warning, 1 ok. Something is broken: begin at the top.
`);
  });

  it('tells one cause once', () => {
    const down: Finding = { state: 'not checked', subject: 'a', seen: 'It is down.', next: 'Start it.' };
    expect(reportOf(saying(down, { ...down, subject: 'b' }))).toContain('b: For a reason told above.\n');
  });

  it('lets nothing that was read steer the terminal', () => {
    expect(reportOf(saying(ok('a', 'x\u001b[2Jy')))).toContain('a: x [2Jy\n');
  });

  it('has everything for machines', () => {
    expect(jsonReportOf(saying(problem('b', 'Broken.', 'Mend it.')))).toEqual({
      version: 1,
      verdict: 'problem',
      checks: [
        {
          check: 'it',
          findings: [
            {
              state: 'problem',
              subject: 'b',
              seen: 'Broken.',
              next: 'Mend it.',
              runbook: 'docs/runbooks/lag.md',
            },
          ],
        },
      ],
    });
  });
});
