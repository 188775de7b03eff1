import steps from './uap-core-cases.json';
import { chosenCases, uapFiles } from './uap-core';

const published = (count: number): string =>
  JSON.stringify({ test_cases: Array.from({ length: count }, (_, at) => ({ family: String(at) })) });

it('takes as many cases as the measurement has, each once and in their order', () => {
  expect(uapFiles.map((file) => chosenCases(file, published(17_000)).length)).toEqual([437, 145, 1_589]);
  const chosen = chosenCases('test_ua', published(17_000)).map((one) =>
    Number((one as { readonly family: string }).family),
  );
  expect(chosen[0]).toBe(steps.test_ua[0]! - 1);
  expect(chosen.every((at, index) => index === 0 || at > chosen[index - 1]!)).toBe(true);
});

it('says which commit to take when there are too few', () => {
  expect(() => chosenCases('test_os', published(10))).toThrow(/has 10 cases, and case \d+ is wanted/);
});
