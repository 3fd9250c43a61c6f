import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** Starts a timing worker as the command line does; the worker reports its heap after 8 MB of short-lived objects. */
const program = `
const { startTimingWorker } = await import(${JSON.stringify(new URL('./worker-memory.ts', import.meta.url).href)})
const source = \`
  import { getHeapSpaceStatistics } from 'node:v8'
  import { PerformanceObserver } from 'node:perf_hooks'
  import { parentPort } from 'node:worker_threads'
  let collections = 0
  new PerformanceObserver((list) => { collections += list.getEntries().length }).observe({ entryTypes: ['gc'] })
  let last
  for (let index = 0; index < 120_000; index += 1) last = { index, next: [index] }
  await new Promise((resolve) => setTimeout(resolve, 50))
  const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')
  parentPort.postMessage({ collections, youngBytes: young.space_size, hasGc: typeof globalThis.gc === 'function' })
\`
const worker = startTimingWorker(new URL('data:text/javascript,' + encodeURIComponent(source)), 4, null)
worker.once('message', (heap) => console.log(JSON.stringify(heap)))
`

test('a timing worker has its own young generation, whatever the command line sets for the main thread', () => {
  const output = execFileSync(process.execPath, ['--max-semi-space-size=1', '--input-type=module', '-e', program], {
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
  })
  const heap = JSON.parse(output.toString())
  expect(heap.youngBytes).toBeGreaterThanOrEqual(12 * 2 ** 20)
  // in a young generation of 1 MB these objects take a dozen collections
  expect(heap.collections).toBeLessThanOrEqual(1)
  expect(heap.hasGc).toBe(true)
})
