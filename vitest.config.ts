import { defineConfig } from 'vitest/config'

const tests = ['harness/**/*.test.ts', 'reports/**/*.test.ts', 'scripts/**/*.test.ts']
const endToEnd = ['**/*.e2e.test.ts']

/**
 * `unit`: pure code and files in temporary folders, fast and deterministic. `e2e`: real processes over real sockets
 * against a known truth; their limits allow for a machine that is busy with something else.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { name: 'unit', include: tests, exclude: endToEnd, testTimeout: 10_000, hookTimeout: 10_000 } },
      {
        test: {
          name: 'e2e',
          include: endToEnd,
          exclude: ['node_modules/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
