import { spreadOf, type Spread } from '../measure/statistics';
import { totalCpuUs, type Measurement, type Section } from './model';

/** Measurements of a contender in a scenario that count, by round. */
function counted(section: Section, scenario: string, contender: string): ReadonlyMap<number, Measurement> {
  return new Map(
    section.measurements
      .filter((found) => found.scenario === scenario && found.contender === contender && found.void === null)
      .map((found) => [found.round, found]),
  );
}

/**
 * How much more one contender does with the same processor time than another: 2 is twice as much. Taken within each round in which
 * both count, so that what slows the machine slows both.
 */
export function ratioOf(section: Section, scenario: string, ours: string, other: string): Spread | null {
  const others = counted(section, scenario, other);
  const ratios = [...counted(section, scenario, ours)].flatMap(([round, mine]) => {
    const theirs = others.get(round);
    return theirs && totalCpuUs(mine) > 0 ? [totalCpuUs(theirs) / totalCpuUs(mine)] : [];
  });
  return spreadOf(ratios);
}
