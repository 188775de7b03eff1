module.exports = {
  ...require('../jest.preset.cjs'),
  rootDir: __dirname,
  displayName: 'e2e',
  // Those in subjects/ share an installation: installation.e2e.ts brings them together.
  testMatch: ['<rootDir>/src/*.e2e.ts', '<rootDir>/src/conformance/**/*.e2e.ts'],
  testTimeout: 120_000,
  maxWorkers: 1,
};
