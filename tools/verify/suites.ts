import { checked, jest } from './command';
import type { Suite } from './suite';

/** All that `npm test` runs, in order: what fails fast comes first. A suite is one entry here. */
export const suites: readonly Suite[] = [
  {
    name: 'format',
    proves: 'the code has one layout',
    run: checked('prettier', '--check', '.', '--log-level', 'warn'),
  },
  { name: 'types', proves: 'the types hold', run: checked('tsc', '--noEmit', '-p', 'tsconfig.json') },
  {
    name: 'generated',
    proves: 'generated files are what their sources say',
    run: checked('tsx', 'tools/generate/main.ts', '--check'),
  },
  { name: 'graph', proves: 'Nx knows the projects', run: checked('nx', 'graph', '--file', '.nx/graph.json') },
  {
    name: 'lint',
    proves: 'the lint rules and the directions of dependency hold',
    run: checked('eslint', '.', '--max-warnings', '0', '--concurrency', '2'),
  },
  {
    name: 'boundaries',
    proves: 'no cycle, no import across a wall',
    run: checked('depcruise', '--config', '.dependency-cruiser.cjs', 'libs', 'services', 'tools', 'e2e'),
  },
  { name: 'dead code', proves: 'nothing is left that nobody uses', run: checked('knip') },
  { name: 'unit', proves: 'each part does what it says', run: jest('unit') },
  {
    name: 'build',
    proves: 'the services bundle',
    run: checked('nx', 'run-many', '-t', 'build', '--output-style', 'stream'),
  },
];
