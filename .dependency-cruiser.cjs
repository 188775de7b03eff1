/** The walls between the rooms. ESLint holds the directions between projects; this holds cycles and packages. */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'Two files that need each other are one file, or lack a third.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'A file that nobody imports is dead.',
      from: {
        orphan: true,
        pathNot: [
          '\\.spec\\.ts$',
          '\\.e2e\\.ts$',
          'main\\.ts$',
          '\\.config\\.',
          '\\.cjs$',
          '\\.mjs$',
          '\\.d\\.ts$',
          '^e2e/',
          '/page\\.ts$',
          '/page\\.ts$',
          '\\.(kafka|clickhouse|chdb)\\.ts$',
          'setup',
        ],
      },
      to: {},
    },
    {
      name: 'services-stand-alone',
      severity: 'error',
      comment: 'Services never import services.',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'e2e-is-a-black-box',
      severity: 'error',
      comment: 'The end-to-end tests see only contracts, the testing library and the stack.',
      from: { path: '^e2e/' },
      to: { path: '^(libs/(?!contracts|stage|testing)|services/)' },
    },
    {
      name: 'libs-know-no-service',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(services|tools|e2e)/', pathNot: '^tools/stack/' },
    },
    {
      name: 'stack-is-for-tests',
      severity: 'error',
      comment: 'Only integration tests of a lib start the stack.',
      from: { path: '^libs/', pathNot: '\\.(kafka|clickhouse)\\.ts$|-setup\\.ts$|/kafka-tests?/|setup' },
      to: { path: '^tools/' },
    },
    {
      name: 'product-uses-product-packages',
      severity: 'error',
      comment: 'What ships must not need a package that is only there for development.',
      from: {
        path: '^(libs/(?!testing)|services)',
        pathNot: '\\.(spec|kafka|clickhouse)\\.ts$|testing|setup|-worker\\.ts$',
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|generated|\\.nx)/' },
  },
};
