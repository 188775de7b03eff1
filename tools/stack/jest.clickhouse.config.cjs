/** The tests that need a real ClickHouse: one is started for them, or HEADWATER_TEST_CLICKHOUSE_URL names one. */
module.exports = {
  ...require('../../jest.preset.cjs'),
  rootDir: `${__dirname}/../..`,
  displayName: 'clickhouse (engine)',
  roots: ['<rootDir>/libs', '<rootDir>/services'],
  testMatch: ['**/*.clickhouse.ts'],
  globalSetup: '<rootDir>/tools/stack/jest.clickhouse.setup.cjs',
  globalTeardown: '<rootDir>/tools/stack/jest.clickhouse.teardown.cjs',
  testTimeout: 60_000,
  maxWorkers: 1,
};
