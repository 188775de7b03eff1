const { compilerOptions } = require('./tsconfig.base.json');

const moduleNameMapper = Object.fromEntries(
  Object.entries(compilerOptions.paths).map(([name, [file]]) => [`^${name}$`, `${__dirname}/${file}`]),
);

/** What every project's tests share: swc (with Nest's decorators), the workspace's path names, Node. */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  // Those that read data from beside the checkout are a suite of their own (jest.corpora.config.cjs), but for trying their properties.
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(process.env.PROPERTY_REPORT === undefined ? ['\\.corpora\\.spec\\.ts$'] : []),
  ],
  moduleNameMapper,
  // Properties are tried more often, and counted: `npm run fuzz -- --properties`.
  setupFiles:
    process.env.PROPERTY_REPORT === undefined ? [] : [`${__dirname}/libs/testing/src/properties/setup.ts`],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
};
