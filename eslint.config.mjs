import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Who may depend on whom: design of the rooms in ARCHITECTURE.md. dependency-cruiser holds the same line for cycles. */
const directions = [
  { sourceTag: 'type:contracts', onlyDependOnLibsWithTags: ['type:contracts'] },
  { sourceTag: 'type:core', onlyDependOnLibsWithTags: ['type:contracts', 'scope:stage', 'type:testing'] },
  { sourceTag: 'type:composed', onlyDependOnLibsWithTags: ['type:contracts', 'type:core', 'type:testing'] },
  {
    sourceTag: 'type:look-up',
    onlyDependOnLibsWithTags: ['type:contracts', 'type:core', 'type:composed', 'type:kit', 'type:testing'],
  },
  {
    sourceTag: 'type:server',
    onlyDependOnLibsWithTags: ['type:contracts', 'type:core', 'type:composed', 'type:kit', 'type:testing'],
  },
  { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: ['type:contracts', 'scope:stage', 'type:testing'] },
  { sourceTag: 'type:kit', onlyDependOnLibsWithTags: ['scope:stage'] },
  {
    sourceTag: 'type:service',
    onlyDependOnLibsWithTags: [
      'type:contracts',
      'type:core',
      'type:composed',
      'type:adapter',
      'type:look-up',
      'type:server',
      'type:kit',
      'type:testing',
    ],
  },
  { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:contracts', 'scope:stage'] },
  {
    sourceTag: 'type:e2e',
    onlyDependOnLibsWithTags: ['type:contracts', 'scope:stage', 'type:testing', 'type:tools'],
  },
  {
    sourceTag: 'type:tools',
    onlyDependOnLibsWithTags: [
      'type:contracts',
      'type:core',
      'type:composed',
      'type:adapter',
      'type:look-up',
      'type:server',
      'type:kit',
      'type:testing',
      'type:service',
      'type:tools',
    ],
  },
];

const onlyRoom = (name, paths) => ({ name, message: `Only ${paths} imports ${name}: see ARCHITECTURE.md.` });
const kafkaClients = ['kafkajs', '@kafkajs/confluent-schema-registry', 'avsc'].map((name) =>
  onlyRoom(name, 'libs/kafka'),
);
const clickhouseClient = [onlyRoom('@clickhouse/client', 'libs/clickhouse')];
const io = { regex: '^node:(?!crypto$|buffer$)', message: 'Core libs are pure: no node: I/O. Pass it in.' };
const frameworks = { regex: '^@nestjs/', message: 'Core libs know no framework.' };

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.nx/**',
      '.headwater/**',
      '**/generated/**',
      '**/*.cjs',
      '**/*.mjs',
      '**/*.js',
      'deploy/**',
    ],
  },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints: directions },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // It refuses every options object that a class type describes, as Nest's and kafkajs' are.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['**/*.ts'],
    ignores: [
      'libs/kafka/**',
      'libs/clickhouse/**',
      'libs/contracts/**/*.spec.ts',
      'e2e/**',
      'tools/**',
      'bench/**',
      'fuzz/**',
      'faults/**',
    ],
    rules: { 'no-restricted-imports': ['error', { paths: [...kafkaClients, ...clickhouseClient] }] },
  },
  {
    files: [
      'libs/{contracts,stage,collection,apps,enrichment,validation,verdict,recovery,verification,loading,quality}/src/**/*.ts',
    ],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [...kafkaClients, ...clickhouseClient], patterns: [io, frameworks] },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Core libs are pure: pass it in.' },
        { name: 'fetch', message: 'Core libs are pure: pass it in.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Core libs have no clock: pass the time in.' },
        { object: 'Math', property: 'random', message: 'Core libs have no chance: pass it in.' },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', '**/*.e2e.ts', '**/*.kafka.ts', '**/*.clickhouse.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/unbound-method': 'off' },
  },
);
