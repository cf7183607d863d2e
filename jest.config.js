/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // Naming src here makes coverage count files that no test imports.
  roots: ['<rootDir>/src', '<rootDir>/__tests__'],
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' } }],
  },
  clearMocks: true,
  restoreMocks: true,
  maxWorkers: 2,
  testSequencer: '<rootDir>/scripts/longest-first.js',
  // The end-to-end tests start real builds, containers and filesystems.
  testTimeout: 120_000,
  collectCoverageFrom: ['src/**/*.ts', '!src/{pre,main,post,cli,carry}.ts'],
  coverageReporters: ['text', 'lcov'],
}
