import type { Reporter, TestModule } from 'vitest/node'

/** How many files the table lists. */
const LISTED = 10

/**
 * Prints the files whose tests took longest, so that a slow unit test is noticed when it is written. It is not
 * a limit, because wall-clock times are longer on a busy machine.
 */
export default class SlowestFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const files = modules.map((module) => ({ name: module.relativeModuleId, ms: module.diagnostic().duration }))
    if (files.length <= LISTED) return
    const totalMs = files.reduce((sum, { ms }) => sum + ms, 0)
    const slowest = files.toSorted((a, b) => b.ms - a.ms).slice(0, LISTED)
    const lines = slowest.map(({ name, ms }) => `${(ms / 1000).toFixed(2).padStart(8)} s  ${name}`)
    process.stdout.write(`\nslowest of ${files.length} files (${(totalMs / 1000).toFixed(1)} s of tests):\n`)
    process.stdout.write(`${lines.join('\n')}\n`)
  }
}
