import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAddress } from '../endpoint/address.ts'
import { type LoadDriver, startLoad } from '../load/driver.ts'
import { startLoopback } from '../load/loopback/start-server.ts'
import { latenciesOf } from '../metrics/trial/latency.ts'
import { steadyWindow } from '../metrics/trial/window.ts'
import { Collector } from '../record/collector.ts'
import { RunWriter } from '../record/writer.ts'

/**
 * `npm run bench:memory [-- --seconds 25 --trials 4]` or `[-- --requests 1000000 --trials 2]`: does memory use stay constant
 * over the length of a run? Trials of many short requests against the loopback server at full speed, through the real
 * workers, collector and writer; with `--requests` each trial ends after so many. A trial's rows are kept in columns until
 * its values are computed.
 */
const flag = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}
const CONNECTIONS = 64
const mostRequests = flag('--requests', Number.POSITIVE_INFINITY)
const isCounted = Number.isFinite(mostRequests)
const seconds = flag('--seconds', isCounted ? 3600 : 25)
const trials = flag('--trials', isCounted ? 2 : 4)
/** Requests between two readings of memory. */
const READ_EVERY = isCounted ? mostRequests / 10 : 50_000
const folder = mkdtempSync(join(tmpdir(), 'bench-memory-'))
const server = await startLoopback({ ttftMs: 0, ratePerS: 0, chunks: 4, stampsFile: join(folder, 'stamps') })
const writer = new RunWriter(folder, 'run')
for (const name of ['requests.csv', 'tokens.csv', 'gaps.csv', 'gpu.csv'] as const) writer.openCsv(name)
const collector = new Collector(writer)
const originMs = performance.timeOrigin + performance.now()

let requests = 0
let trialEndsAt = mostRequests
let readAt = READ_EVERY
/** The kernel's high-water mark (KiB), which includes memory released between two readings. */
const peakMb = () => (process.resourceUsage().maxRSS * 1024) / 1e6
const nowMb = () => process.memoryUsage().rss / 1e6
const load: LoadDriver = await startLoad(
  {
    address: parseAddress(server.url),
    apiKey: null,
    client: 'raw',
    body: { api: 'completions', model: 'mock', vocab: 128_256, seed: 1, salt: 0, sharedTokens: 0 },
    lengths: { prompt: 64, output: 4 },
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
      if (requests < readAt) return
      readAt += READ_EVERY
      process.stdout.write(`| ${requests} | ${nowMb().toFixed(0)} | ${peakMb().toFixed(0)} |\n`)
      if (requests >= trialEndsAt) load.stopSending()
    },
    onProgress: () => {},
  },
)
process.stdout.write('| requests | MB now | MB at most |\n|---|---|---|\n')
for (let trial = 0; trial < trials; trial += 1) {
  trialEndsAt = requests + mostRequests
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
await load.close()
server.kill()
writer.closeFiles()
rmSync(folder, { recursive: true, force: true })
process.stdout.write(
  `${requests} requests in ${trials} trials: ${peakMb().toFixed(0)} MB resident at most, all threads\n`,
)
