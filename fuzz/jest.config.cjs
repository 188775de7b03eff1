module.exports = {
  ...require('../jest.preset.cjs'),
  rootDir: __dirname,
  displayName: 'fuzz',
  testMatch: ['<rootDir>/**/*.spec.ts'],
};
