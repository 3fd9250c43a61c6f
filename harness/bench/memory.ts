import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAddress } from '../endpoint/address.ts'
import { startLoad } from '../load/driver.ts'
import { startLoopback } from '../load/loopback/start-server.ts'
import { latenciesOf } from '../metrics/trial/latency.ts'
import { steadyWindow } from '../metrics/trial/window.ts'
import { Collector } from '../record/collector.ts'
import { RunWriter } from '../record/writer.ts'

/**
 * `npm run bench:memory [-- --seconds 25 --trials 4]`: does memory use stay constant over the length of a run? Trials of many
 * short requests against the loopback server at full speed, through the real workers, collector and writer. A trial's
 * rows are kept in columns until its values are computed: `--trials 1 --seconds 100` is the same run as one trial.
 */
const flag = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}
const CONNECTIONS = 64
const seconds = flag('--seconds', 25)
const trials = flag('--trials', 4)
const folder = mkdtempSync(join(tmpdir(), 'bench-memory-'))
const server = await startLoopback({ ttftMs: 0, ratePerS: 0, chunks: 4, stampsFile: join(folder, 'stamps') })
const writer = new RunWriter(folder, 'run')
for (const name of ['requests.csv', 'tokens.csv', 'gaps.csv', 'gpu.csv'] as const) writer.openCsv(name)
const collector = new Collector(writer)
const originMs = performance.timeOrigin + performance.now()

let requests = 0
/** The kernel's high-water mark (KiB), which includes memory released between two readings. */
const peakMb = () => (process.resourceUsage().maxRSS * 1024) / 1e6
const load = await startLoad(
  {
    address: parseAddress(server.url),
    apiKey: null,
    client: 'raw',
    body: { api: 'completions', model: 'mock', vocab: 128_256, seed: 1, salt: 0, sharedTokens: 0 },
    promptTokens: 64,
    outputTokens: 4,
    load: { kind: 'closed', session: null },
    connections: CONNECTIONS,
    workers: 1,
    requestTimeoutMs: 60_000,
    originMs,
  },
  {
    onRows(rows, bins) {
      collector.addRequests(rows, bins)
      requests += rows.length
    },
    onProgress: () => {},
  },
)
const timer = setInterval(() => {
  process.stdout.write(
    `${requests} requests, ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB now, ${peakMb().toFixed(0)} MB at most\n`,
  )
}, 5_000)
for (let trial = 0; trial < trials; trial += 1) {
  const startMs = performance.timeOrigin + performance.now() - originMs
  const end = await load.runPhase({ trial, startMs, sendUntilMs: startMs + seconds * 1000, rampMs: 0 })
  const collected = collector.endTrial(trial, Number.POSITIVE_INFINITY, end.gaps)
  const beforeValuesMb = peakMb()
  const window = steadyWindow(collected.requests, CONNECTIONS)
  if (window.startMs === null) throw new Error(window.reason)
  latenciesOf(collected.requests, window.startMs, window.endMs)
  process.stdout.write(
    `trial ${trial}: ${beforeValuesMb.toFixed(0)} MB before its values, ${peakMb().toFixed(0)} MB after\n`,
  )
}
clearInterval(timer)
await load.close()
server.kill()
writer.closeFiles()
rmSync(folder, { recursive: true, force: true })
process.stdout.write(
  `${requests} requests in ${trials} trials: ${peakMb().toFixed(0)} MB resident at most, all threads\n`,
)
