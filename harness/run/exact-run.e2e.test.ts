import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Loopback, startLoopback } from '../load/loopback/start-server.ts'
import { isKnown } from '../record/measured.ts'
import type { TextTrial } from '../record/schema/trial.ts'
import type { PlainTextFile } from '../scenario/expand.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { runOnce } from './run.ts'

/** Whole runs against the exact server: it counts as vLLM does, so every value of a run can be compared with it. */
let folder = ''
let server: Loopback
let proxy: Server | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'exact-run-'))
  const stampsFile = join(folder, 'stamps')
  server = await startLoopback({ ttftMs: 50, ratePerS: 40, chunks: 20, stampsFile, asRequested: true })
})
afterEach(() => {
  proxy?.close()
  server.kill()
  rmSync(folder, { recursive: true, force: true })
})

const scenario: PlainTextFile = {
  name: 'exact',
  title: 'Exact server',
  kind: 'text',
  model: 'tiny-random-llama',
  load: { shape: 'closed', concurrency: 4, rampSeconds: 0.4 },
  prompt: { tokens: 64, prefixCache: 'cold' },
  output: { tokens: 20 },
  trial: { seconds: 4, warmupSeconds: 0, quietSeconds: 0.8, minWindowSeconds: 1 },
} as PlainTextFile

async function runOn(endpoint: string, over: Partial<PlainTextFile> = {}) {
  const { record } = await runOnce(
    { ...scenario, ...over } as PlainTextFile,
    oneTrialOptions({
      endpoint,
      outDir: join(folder, 'results'),
    }),
  )
  const trial = record.trials[0] as TextTrial
  const gate = (id: string) => record.gates.find((each) => each.id === id)
  return { trial, gate }
}

const numberIn = (value: unknown): number => {
  if (typeof value !== 'number') throw new Error(`not a number: ${JSON.stringify(value)}`)
  return value
}

test('a run agrees with the exact server on every count, and is never faster than it', async () => {
  const { trial, gate } = await runOn(server.url)
  expect(trial.requestsOk).toBe(trial.requests)
  expect(gate('prompt-shape')?.status).toBe('pass')
  expect(gate('token-audit')?.status).not.toBe('fail')
  expect(trial.clientTokens?.streamedOutputTokens).toBe(trial.requests * 20)
  // the client sees a token after the server wrote it; how long after depends on the machine
  expect(numberIn(trial.ttftMs.p50)).toBeGreaterThanOrEqual(50)
  expect(numberIn(trial.clientTokens?.ttftMeanMs)).toBeGreaterThanOrEqual(numberIn(trial.server?.ttftMeanMs))
  // requests before the window are not counted in it
  expect(numberIn(trial.sendsInWindow?.due)).toBeLessThanOrEqual(trial.requests)
  expect(isKnown(trial.windowStartMs)).toBe(true)
})

test('a TTFT of many times what the server counts fails: something between them adds to every token', async () => {
  const slow = createServer((client) => {
    const upstream = connect(Number(new URL(server.url).port), '127.0.0.1')
    client.pipe(upstream)
    upstream.on('data', (bytes) => setTimeout(() => client.writable && client.write(bytes), 400))
    for (const socket of [client, upstream]) {
      socket.on('error', () => {})
      // what is on its way is still delivered
      socket.on('close', () => {
        setTimeout(() => client.destroy(), 500)
        setTimeout(() => upstream.destroy(), 500)
      })
    }
  })
  proxy = slow
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
  const { trial, gate } = await runOn(`http://127.0.0.1:${(slow.address() as AddressInfo).port}`)
  expect(numberIn(trial.ttftMs.p50)).toBeGreaterThanOrEqual(450)
  expect(gate('client-headroom')).toMatchObject({
    status: 'fail',
    evidence: expect.stringMatching(/mean TTFT of trial 0 is \d+\.\d ms here and \d+\.\d ms at the server/),
  })
})

/** Rows of the requests of a run, by column. */
function requestRowsIn(results: string): Record<string, string>[] {
  const file = readdirSync(results, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('requests.csv'))
  return parse(readFileSync(join(results, file ?? 'requests.csv')), { columns: true })
}

test('goodput and E2E count what completed in the window, and a constant pace is the pace of the server', async () => {
  const { trial } = await runOn(server.url, { slo: { ttftMs: 5000 } })
  const [fromMs, toMs] = [numberIn(trial.windowStartMs), numberIn(trial.windowEndMs)]
  const completed = requestRowsIn(join(folder, 'results')).filter((row) => {
    const atMs = Number(row['lastTokenMs'])
    return row['outcome'] === 'ok' && atMs > fromMs && atMs <= toMs
  })
  expect(trial.e2eMs.n).toBe(completed.length)
  expect(numberIn(trial.goodputRequestsPerS)).toBeCloseTo(completed.length / ((toMs - fromMs) / 1000), 9)
  // the server: 4 streams of 50 + 19 x 25 ms; exact to one request per stream, and less where the machine is slow
  const truePerS = 4 / 0.525
  expect(numberIn(trial.goodputRequestsPerS)).toBeLessThanOrEqual(truePerS + 4 / ((toMs - fromMs) / 1000))
  expect(numberIn(trial.tpotMs.p50)).toBeGreaterThan(20)
  expect(numberIn(trial.outputTokensPerS) / 20).toBeGreaterThan(0.5 * numberIn(trial.goodputRequestsPerS))
})

test('answers longer than the window have a pace and tokens/s, and no goodput, with the reason', async () => {
  server.kill()
  const stampsFile = join(folder, 'long-stamps')
  server = await startLoopback({ ttftMs: 50, ratePerS: 40, chunks: 160, stampsFile, asRequested: true })
  const { trial } = await runOn(server.url, {
    slo: { ttftMs: 5000 },
    output: { tokens: 160 },
    trial: { ...scenario.trial, seconds: 2 },
  })
  const none = { value: null, reason: 'no successful request lies wholly inside the window' }
  expect(trial.requestsOk).toBe(4)
  expect(trial).toMatchObject({ sloShare: expect.anything(), goodputRequestsPerS: none, promptTokens: none })
  // 25 ms per token, of which all arrive later on a busy machine
  expect(numberIn(trial.tpotMs.p50)).toBeGreaterThan(24)
  expect(numberIn(trial.decodeTokensPerS)).toBeGreaterThan(20)
  expect(numberIn(trial.outputTokensPerS)).toBeGreaterThan(40)
})
