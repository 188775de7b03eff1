import { verifyChart } from '../chart/verify-chart';
import { verifyImage } from '../image/verify-image';
import { verifyAlertRules } from '../runbooks/verify-alert-rules';
import { verifySupplyChain } from '../supply-chain/verify-supply-chain';
import { testStackKind } from '@headwater/stack';
import { checked, jest } from './command';
import { chromium, corpora, go, java, maven, needs, promtool, python } from './requirements';
import type { Suite } from './suite';

const endToEnd =
  (name: string, ...args: readonly string[]): Suite['run'] =>
  async (context) => {
    console.log(`The stack is ${await testStackKind()}.`);
    return jest(name, '--config', 'e2e/jest.config.cjs', '--runInBand', ...args)(context);
  };

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
  {
    name: 'graph',
    proves: 'Nx knows the projects',
    run: checked('nx', 'graph', '--file', '.nx/graph.json'),
  },
  {
    name: 'lint',
    proves: 'the lint rules and the directions of dependency hold',
    run: checked('eslint', '.', '--max-warnings', '0'),
  },
  {
    name: 'boundaries',
    proves: 'no cycle, no import across a wall',
    run: checked(
      'depcruise',
      '--config',
      '.dependency-cruiser.cjs',
      'libs',
      'services',
      'tools',
      'bench',
      'e2e',
      'fuzz',
      'faults',
    ),
  },
  {
    name: 'supply chain',
    proves: 'what ships is licensed, pinned and listed',
    run: (context) => Promise.resolve(verifySupplyChain(context)),
  },
  { name: 'dead code', proves: 'nothing is left that nobody uses', run: checked('knip') },
  { name: 'unit', proves: 'each part does what it says', run: jest('unit') },
  {
    name: 'corpora',
    proves: 'what is said of schemas, user agents and addresses holds beside what others published',
    missing: needs(corpora),
    run: jest('corpora', '--config', 'jest.corpora.config.cjs'),
  },
  {
    name: 'build',
    proves: 'the services bundle',
    run: checked('nx', 'run-many', '-t', 'build', '--output-style', 'stream'),
  },
  {
    name: 'stack',
    proves: 'the embedded broker, registry and ClickHouse are real and leave nothing behind',
    missing: needs(java, maven),
    run: jest('stack', '--config', 'tools/stack/jest.e2e.config.cjs', '--runInBand'),
  },
  {
    name: 'kafka',
    proves: 'the Kafka port keeps its promises on a real broker',
    missing: needs(java, maven),
    run: jest('kafka', '--config', 'libs/kafka/jest.kafka.config.cjs', '--runInBand'),
  },
  {
    name: 'clickhouse',
    proves: 'tables, blocks and tokens do what the loader relies on',
    missing: needs(java, maven),
    run: jest('clickhouse', '--config', 'tools/stack/jest.clickhouse.config.cjs', '--runInBand'),
  },
  {
    name: 'e2e',
    proves: 'real trackers arrive once, a drop raises an alert, npm start does what it says',
    missing: needs(java, maven, python, chromium),
    run: endToEnd('e2e', '--testPathIgnorePatterns', 'conformance'),
  },
  {
    name: 'conformance',
    proves: 'every fact of the tracker protocol holds, one test each',
    run: jest('conformance', '--config', 'e2e/jest.config.cjs', '--runInBand', 'conformance'),
  },
  {
    name: 'faults',
    proves: 'crashes, hangs, outages and poison under load lose nothing and double nothing',
    missing: needs(java, maven),
    run: checked('tsx', 'faults/main.ts', '--quick'),
  },
  {
    name: 'fuzz',
    proves:
      'hostile requests break nothing, every accepted event is in one place, and no input that is searched for breaks a promise of the code',
    run: checked('tsx', 'fuzz/main.ts'),
  },
  {
    name: 'image',
    proves: 'the image can be laid out and run by nobody; compose gives each service what it needs',
    run: verifyImage,
  },
  {
    name: 'alert rules',
    proves: 'each rule pages when it must, and only then',
    missing: needs(promtool),
    run: verifyAlertRules,
  },
  {
    name: 'chart',
    proves: 'the chart renders to valid Kubernetes objects and refuses what is wrong',
    missing: needs(go, python),
    run: verifyChart,
  },
];
