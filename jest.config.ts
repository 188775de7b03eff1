import type { Config } from 'jest';

/** The unit and property tests of every lib and service, in one run. The black-box suites have their own: `e2e/`. */
const config: Config = {
  // All of them share a process and two cores: what takes a second by itself may take ten beside a full collection.
  testTimeout: 30_000,
  projects: [
    '<rootDir>/libs/*/jest.config.cjs',
    '<rootDir>/services/*/jest.config.cjs',
    '<rootDir>/tools/jest.config.cjs',
    '<rootDir>/bench/jest.config.cjs',
    '<rootDir>/faults/jest.config.cjs',
    '<rootDir>/fuzz/jest.config.cjs',
  ],
};

export default config;
