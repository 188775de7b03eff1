module.exports = {
  ...require('../jest.preset.cjs'),
  rootDir: __dirname,
  displayName: 'faults',
  testMatch: ['<rootDir>/**/*.spec.ts'],
};
