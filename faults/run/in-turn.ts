import { scenario, secondsToRecover, type Scenario } from '../scenario';

/**
 * Several scenarios as one, a fault of each after the other under one ledger: the start and the end of a run take longer than
 * most faults. Not for scenarios that prepare, judge or supervise their run.
 */
export function inTurn(name: string, steps: readonly Scenario[]): Scenario {
  const [first] = steps;
  if (!first) throw new Error(`${name} consists of no scenario.`);
  const stepOf = (index: number): Scenario => steps[index % steps.length] ?? first;
  return scenario({
    name,
    row: 0,
    title: steps.map((step) => step.name).join(', '),
    world: first.world,
    full: steps.length,
    recoverSeconds: (index) => secondsToRecover(stepOf(index), index),
    async inject(scene, index) {
      const step = stepOf(index);
      scene.tell(`${step.name}: ${step.title}`);
      await step.inject(scene, index);
    },
  });
}
