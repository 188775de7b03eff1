module.exports = {
  ...require('../jest.preset.cjs'),
  rootDir: __dirname,
  displayName: 'e2e',
  // Those in subjects/ share an installation: installation.e2e.ts brings them together.
  testMatch: ['<rootDir>/src/*.e2e.ts', '<rootDir>/src/conformance/**/*.e2e.ts'],
  // A minute's work on an idle machine may take three on one that does other things.
  testTimeout: 240_000,
  maxWorkers: 1,
};
