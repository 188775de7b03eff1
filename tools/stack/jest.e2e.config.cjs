/** Starts the real stack: `npx jest --config tools/stack/jest.e2e.config.cjs`. */
module.exports = {
  ...require('../../jest.preset.cjs'),
  rootDir: __dirname,
  displayName: 'stack',
  testMatch: ['<rootDir>/**/*.e2e.ts'],
  testTimeout: 180_000,
};
