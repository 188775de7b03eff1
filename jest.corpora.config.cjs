/** The specs that hold the code against third-party data, which lies beside the checkout: see CONTRIBUTING.md. */
module.exports = {
  ...require('./jest.preset.cjs'),
  rootDir: __dirname,
  displayName: 'corpora',
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/tools'],
  testMatch: ['**/*.corpora.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 30_000,
};
