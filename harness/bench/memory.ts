import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAddress } from '../endpoint/address.ts'
import { startLoad } from '../load/driver.ts'
import { startLoopback } from '../load/loopback/start-server.ts'
import { Collector } from '../record/collector.ts'
import { RunWriter } from '../record/writer.ts'

/**
 * `npm run bench:memory [-- --seconds 60]`: does memory stay flat in the length of a run? One trial of many short
 * requests against the loopback server at full speed, through the real workers, collector and writer.
 */
const at = process.argv.indexOf('--seconds')
const seconds = at < 0 ? 60 : Number(process.argv[at + 1])
const folder = mkdtempSync(join(tmpdir(), 'bench-memory-'))
const server = await startLoopback({ ttftMs: 0, ratePerS: 0, chunks: 4, stampsFile: join(folder, 'stamps') })
const writer = new RunWriter(folder, 'run')
for (const name of ['requests.csv', 'tokens.csv', 'gaps.csv', 'gpu.csv'] as const) writer.openCsv(name)
const collector = new Collector(writer)
const originMs = performance.timeOrigin + performance.now()

let requests = 0
let peakMb = 0
const look = () => {
  peakMb = Math.max(peakMb, process.memoryUsage().rss / 1e6)
}
const load = await startLoad(
  {
    address: parseAddress(server.url),
    apiKey: null,
    client: 'raw',
    body: { api: 'completions', model: 'mock', vocab: 128_256, seed: 1, salt: 0, sharedTokens: 0 },
    promptTokens: 64,
    outputTokens: 4,
    load: { kind: 'closed', session: null },
    connections: 64,
    workers: 1,
    requestTimeoutMs: 60_000,
    originMs,
  },
  {
    onRows(rows, bins) {
      collector.addRequests(rows, bins)
      requests += rows.length
      look()
    },
    onProgress: look,
  },
)
const timer = setInterval(() => {
  look()
  const m = process.memoryUsage()
  process.stdout.write(
    `heap ${(m.heapUsed / 1e6).toFixed(0)}/${(m.heapTotal / 1e6).toFixed(0)} ext ${(m.external / 1e6).toFixed(0)} ab ${(m.arrayBuffers / 1e6).toFixed(0)}\n`,
  )
  process.stdout.write(
    `${requests} requests, ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB now, ${peakMb.toFixed(0)} MB at most\n`,
  )
}, 5_000)
const end = await load.runPhase({ trial: 0, startMs: 0, sendUntilMs: seconds * 1000, rampMs: 0 })
const trial = collector.endTrial(0, Number.POSITIVE_INFINITY, end.gaps)
look()
clearInterval(timer)
await load.close()
server.kill()
writer.closeFiles()
rmSync(folder, { recursive: true, force: true })
process.stdout.write(
  `${trial.requests.length} requests in one trial: ${peakMb.toFixed(0)} MB resident at most, all threads\n`,
)
