import { aPlan, factsOf } from '../testing/a-run';
import { roleOf } from '../plan/classes';
import { Facts } from './facts';
import { lineOf, readLine, runProblem, type OutcomeLine, type RunLine } from './lines';

const plan = aPlan();
const intent = { kind: 'intent', payload: 0, attempt: 1, t0: 1, first: 0, count: 4 } as const;

describe('facts', () => {
  it('takes an intent without outcome for unknown', () => {
    const facts = new Facts(plan);
    facts.add(intent);
    facts.close();
    expect(facts.sent).toMatchObject({ events: 4, payloads: 1, attempts: 1, accepted: 0, unknown: 4 });
    expect([facts.wasSent(0), facts.wasAccepted(0), facts.mayBeThere(0)]).toEqual([true, false, true]);
    expect(facts.hasEnded).toBe(false);
  });

  it('passes a torn line over, and counts it', () => {
    const facts = new Facts(plan);
    facts.add(intent);
    facts.add(readLine('{"kind":"outcome","payl'));
    expect([facts.close().tornLines, facts.sent.unknown]).toEqual([1, 4]);
  });

  it.each<[string, readonly string[], boolean]>([
    ['nothing', [], false],
    ['the last line', ['{"kind":"outc'], false],
    ['two lines', ['{"kind":"outc', 'x'], true],
    ['a line with another behind it', ['{"kind":"outc', '{"kind":"end","t1":1}'], true],
  ])('is damaged by more than a crash leaves behind: %s', (_torn, texts, damaged) => {
    const facts = new Facts(plan);
    facts.add(intent);
    for (const text of texts) facts.add(readLine(text));
    expect(facts.close().isDamaged).toBe(damaged);
  });

  it.each<[OutcomeLine['status'], number | string, number]>([
    ['rejected', 400, 1],
    ['refused', 'ECONNREFUSED', 1],
    ['refused', 503, 2],
    ['refused', 'EHOSTUNREACH', 2],
    ['unknown', 'ECONNRESET', 2],
  ])(
    'takes an attempt that was %s (%s) for none that can have stored anything, or not',
    (status, code, may) => {
      const facts = new Facts({ ...plan, shares: { ...plan.shares, oversize: 0, 'client-dup': 0 } });
      facts.add(intent);
      facts.add({ kind: 'outcome', payload: 0, attempt: 1, t1: 2, status, code });
      facts.add({ ...intent, attempt: 2 });
      facts.add({ kind: 'outcome', payload: 0, attempt: 2, t1: 3, status: 'ok', code: 200 });
      facts.close();
      expect([facts.attemptsOf(0), facts.arrivals.most, facts.sent.attempts]).toEqual([may, 4 * may, 2]);
    },
  );

  it('takes a copy for another attempt of its original', () => {
    const facts = factsOf(plan, 2_000);
    const copy = Array.from({ length: 2_000 }, (_none, seq) => seq).find(
      (seq) => roleOf(plan, seq).class === 'client-dup',
    );
    const { original } = roleOf(plan, copy ?? 0);
    expect(facts.wasSent(copy ?? 0)).toBe(false);
    expect(facts.attemptsOf(original)).toBe(2);
  });

  it('knows how many events can have come into the enricher', () => {
    const facts = factsOf({ ...plan, shares: { ...plan.shares, oversize: 0 } }, 300, (payload) =>
      payload === 0 ? ['unknown', 'ok'] : payload === 1 ? ['refused'] : ['ok'],
    );
    const { accepted, refused } = facts.sent;
    expect(facts.arrivals.least).toBe(accepted);
    expect(facts.arrivals.most).toBeGreaterThan(accepted + refused);
  });
});

describe('a line', () => {
  it('is read as it was written', () => {
    expect(readLine(lineOf(intent))).toEqual(intent);
  });

  it.each(['', 'null', '7', '{}', '{"kind":'])('%j is none', (text) => {
    expect(readLine(text)).toBeNull();
  });

  it('that is first must describe a run of this version', () => {
    const run: RunLine = { kind: 'run', ...plan, collector: 'http://collector/', rate: 500 };
    expect(runProblem(run)).toBeNull();
    expect(runProblem({ ...run, version: 99 })).toContain('version 99 of the plan');
    expect(runProblem(intent)).toContain('does not begin with the description of a run');
  });
});
