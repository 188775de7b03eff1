/** The tests that need a real ClickHouse: one is started for them, or HEADWATER_TEST_CLICKHOUSE_URL names one. */
module.exports = {
  ...require('../../jest.preset.cjs'),
  rootDir: __dirname,
  displayName: 'clickhouse (engine)',
  roots: ['<rootDir>/src', '<rootDir>/../../services/loader/src'],
  testMatch: ['**/*.clickhouse.ts'],
  globalSetup: '<rootDir>/jest.clickhouse.setup.cjs',
  globalTeardown: '<rootDir>/jest.clickhouse.teardown.cjs',
  testTimeout: 60_000,
  maxWorkers: 1,
};
