/** What needs a real ClickHouse: one is started for it, or HEADWATER_TEST_CLICKHOUSE_URL names one. */
module.exports = {
  ...require('../../jest.preset.cjs'),
  rootDir: __dirname,
  displayName: 'quality-monitor (ClickHouse)',
  testMatch: ['<rootDir>/src/**/*.clickhouse.ts'],
  globalSetup: '<rootDir>/../../libs/clickhouse/jest.clickhouse.setup.cjs',
  globalTeardown: '<rootDir>/../../libs/clickhouse/jest.clickhouse.teardown.cjs',
  testTimeout: 60_000,
  maxWorkers: 1,
};
