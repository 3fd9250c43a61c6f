import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import LongFirst from './harness/testing/setup/long-first.ts'

const tests = ['harness/**/*.test.ts', 'reports/**/*.test.ts', 'scripts/**/*.test.ts']
const endToEnd = ['**/*.e2e.test.ts']
const long = ['**/*.long.test.ts']
const documents = ['**/*.docs.test.ts']
const home = './harness/testing/setup/home.ts'

/**
 * Where Node keeps what it compiled, by the content of each file: tests start hundreds of processes, and each would strip the
 * types of the same sources again.
 */
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/node-compile', import.meta.url))

/**
 * `unit`: pure code and files in temporary folders, fast and deterministic. `e2e`: real processes over real sockets
 * against a known truth; their limits allow for a machine that is busy with something else. `long`: whole nights of a simulated
 * server, a quarter of an hour each, which are no part of `npm test`. `docs`: every command of the documents, some minutes.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', './harness/testing/setup/slowest-files.ts'],
    sequence: { sequencer: LongFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: tests,
          exclude: [...endToEnd, ...long, ...documents],
          // Pure code leaves nothing behind, and one import of each module for all files halves the time.
          isolate: false,
          setupFiles: [home, './harness/testing/setup/no-processes.ts'],
          // A bound for what hangs, not for what is slow: a busy machine must not fail a test.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          // they wait most of their time, for servers and for trials; they come after the unit tests, which compute
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
          include: endToEnd,
          exclude: ['node_modules/**'],
          setupFiles: [home],
          // How long a condition takes to come true depends on the machine: what is polled may take a minute.
          expect: { poll: { timeout: 60_000, interval: 50 } },
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      { test: { name: 'docs', include: documents, setupFiles: [home], testTimeout: 600_000, hookTimeout: 240_000 } },
      { test: { name: 'long', include: long, setupFiles: [home], testTimeout: 1_800_000, hookTimeout: 1_800_000 } },
    ],
  },
})
