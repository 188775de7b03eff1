import { errorOf, FaultPlan, faultCodes, parseFault } from './clickhouse-faults';

describe('FaultPlan', () => {
  it('lets nothing happen until it is asked to', () => {
    expect(new FaultPlan().take(true)).toBeNull();
  });

  it('happens as often as asked for, and to inserts only where asked for', () => {
    const plan = new FaultPlan();
    plan.inject({ code: 252, count: 2, of: 'inserts' });
    expect([false, true, true, true].map((isInsert) => plan.take(isInsert)?.fault.code ?? null)).toEqual([
      null,
      252,
      252,
      null,
    ]);
    expect(plan.injected).toBe(2);
  });

  it('goes on until it is cleared, and lets go of what it holds', () => {
    const plan = new FaultPlan();
    plan.inject({ code: 'hang' });
    const held = plan.take(false);
    expect(held?.cleared.aborted).toBe(false);
    plan.clear();
    expect(held?.cleared.aborted).toBe(true);
    expect(plan.take(false)).toBeNull();
  });

  it('is replaced by another', () => {
    const plan = new FaultPlan();
    plan.inject({ code: 241 });
    plan.inject({ code: 243 });
    expect(plan.take(true)?.fault.code).toBe(243);
  });
});

describe('parseFault', () => {
  it('reads what was asked for', () => {
    expect(parseFault('{"code":"slow","count":3,"of":"inserts","delayMs":50,"more":1}')).toEqual({
      code: 'slow',
      count: 3,
      of: 'inserts',
      delayMs: 50,
    });
  });

  it.each([
    ['no JSON', 'x', 'no JSON'],
    ['null', 'null', 'code must be'],
    ['another code', '{"code":60}', 'code must be'],
    ['no count', '{"code":241,"count":0}', 'count must be'],
    ['part of a query', '{"code":241,"of":"selects"}', 'of must be'],
    ['a delay before the query', '{"code":"slow","delayMs":-1}', 'delayMs must be'],
  ])('says what is wrong with %s', (_case, body, expected) => {
    expect(parseFault(body)).toContain(expected);
  });
});

describe('errorOf', () => {
  it.each(faultCodes.filter((code) => typeof code === 'number'))('%i names itself and its kind', (code) => {
    expect(errorOf(code, 'ann').message).toMatch(/^Code: \d+\. DB::Exception: .+ \([A-Z_]+\)$/);
  });
});
