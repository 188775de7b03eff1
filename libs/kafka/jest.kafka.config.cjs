/** Contract tests of the port against a real broker and registry. Not part of the unit run: see tools/verify. */
module.exports = {
  ...require('../../jest.preset.cjs'),
  rootDir: __dirname,
  displayName: 'kafka-contract',
  testMatch: ['<rootDir>/src/**/*.kafka.ts'],
  globalSetup: '<rootDir>/kafka-tests/global-setup.ts',
  globalTeardown: '<rootDir>/kafka-tests/global-teardown-setup.ts',
  testTimeout: 120_000,
  maxWorkers: 1,
  // kafkajs leaves a socket open when it is told to disconnect while it connects. Services end their process anyway.
  forceExit: true,
};
