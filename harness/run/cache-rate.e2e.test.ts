import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyRun } from '../evidence/verify-run.ts'
import { readRows } from '../record/read.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import type { PlainTextFile } from '../scenario/expand.ts'
import { scenarioFileSchema } from '../scenario/schema.ts'
import { launchSimulator, type RunningSimulator } from '../simulator/launch.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { type FinishedRun, runOnce } from './run.ts'

/** Asked hit rates against a server whose prefix cache is that of vLLM: blocks of 16 tokens, the last token computed. */
const folder = mkdtempSync(join(tmpdir(), 'cache-rate-'))
let simulator: RunningSimulator

beforeAll(async () => {
  simulator = await launchSimulator({
    card: 'rtx-4090',
    model: 'llama-3.1-8b-instruct-fp8',
    enablePromptTokensDetails: true,
  })
})
afterAll(async () => {
  await simulator.stop()
  rmSync(folder, { recursive: true, force: true })
})

const scenario = (prefixCache: string, over: object = {}): PlainTextFile =>
  scenarioFileSchema.parse({
    name: 'cache-rate',
    title: 'Cache rate',
    kind: 'text',
    model: 'llama-3.1-8b-instruct-fp8',
    load: { shape: 'closed', concurrency: 8, rampSeconds: 0.2 },
    prompt: { tokens: 500, prefixCache },
    output: { tokens: 16 },
    trial: { seconds: 3, warmupSeconds: 0.5, quietSeconds: 0.8, minWindowSeconds: 0.5 },
    ...over,
  }) as PlainTextFile

const play = (file: PlainTextFile, endpoint = simulator.url): Promise<FinishedRun> =>
  runOnce(file, oneTrialOptions({ endpoint, outDir: folder }))

const gateOf = ({ record }: FinishedRun, id: string) => record.gates.find((each) => each.id === id)
const meanOf = ({ record }: FinishedRun, metric: string) => record.result[metric]?.mean ?? Number.NaN

describe.each([0, 30, 60, 90])('hits:%d%%', (percent) => {
  let run: FinishedRun
  beforeAll(async () => {
    run = await play(scenario(`hits:${percent}%`))
  })

  test('is what the counters and the usage say, within two points, and the gate passes', () => {
    expect(Math.abs(meanOf(run, 'cacheHitRate') * 100 - percent)).toBeLessThan(2)
    expect(Math.abs(meanOf(run, 'cacheHitRateByUsage') * 100 - percent)).toBeLessThan(2)
    expect(gateOf(run, 'cache-rate')).toMatchObject({ status: 'pass', required: true })
    expect(gateOf(run, 'cache-clean')?.status).toBe('pass')
    expect(gateOf(run, 'prompt-shape')?.status).toBe('pass')
  })

  test('was primed before the load: each prefix once, recorded, and in no trial', async () => {
    const { priming } = run.record
    const [trial] = trialsOfKind(run.record.trials, 'text')
    expect(priming).toMatchObject({ askedShare: percent / 100, groups: 8, blockTokens: 16, blockTokensFrom: 'server' })
    expect(priming).toMatchObject(percent === 0 ? { requests: 0 } : { requests: 8, requestsOk: 8 })
    expect(priming?.endMs).toBeLessThanOrEqual(trial?.startMs ?? 0)
    const rows = await readRows(run.directory, 'requests.csv')
    expect(rows.every((row) => row.trial === 0 && row.promptTokens === 500)).toBe(true)
  })

  test('verifies from its rows', async () => {
    expect((await verifyRun(run.directory)).problems).toEqual([])
  })
})

test('chat prompts have the asked rate too, beside the template that all of them begin with', async () => {
  const run = await play(scenario('hits:60%', { api: 'chat' }))
  expect(Math.abs(meanOf(run, 'cacheHitRate') * 100 - 60)).toBeLessThan(2)
  expect(gateOf(run, 'cache-rate')?.status).toBe('pass')
})

test('an open loop has it, by several workers', async () => {
  const load = { shape: 'open', ratePerS: 12, maxInFlight: 32 }
  const file = scenario('hits:60%', { load, prompt: { tokens: 500, prefixCache: 'hits:60%', prefixGroups: 3 } })
  const run = await runOnce(file, oneTrialOptions({ endpoint: simulator.url, outDir: folder, workers: 2 }))
  expect(run.record.priming).toMatchObject({ groups: 3, requests: 3, requestsOk: 3 })
  expect(gateOf(run, 'cache-rate')?.status).toBe('pass')
})

describe('a cache that cannot give the rate', () => {
  test('is refused where the prefixes do not fit, with the numbers', async () => {
    const file = scenario('hits:90%', { prompt: { tokens: 8000, prefixCache: 'hits:90%', prefixGroups: 500 } })
    await expect(play(file)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/500 prefixes of 7200 tokens .* need \d+ tokens of KV cache, the server has \d+/),
    })
  })

  test('is refused where prompts are too short for whole blocks', async () => {
    const file = scenario('hits:100%', { prompt: { tokens: 100, prefixCache: 'hits:100%' } })
    await expect(play(file)).rejects.toThrow(/prompts of 100 tokens give 96.0 %, because the cache finds whole blocks/)
  })

  test('fails the gate where the cache loses prefixes between two uses', async () => {
    // 12 prefixes and 2 requests fit, and what is written until a prefix is used again does not
    const small = await launchSimulator({
      card: 'rtx-4090',
      model: 'llama-3.1-8b-instruct-fp8',
      numGpuBlocksOverride: 300,
      maxModelLen: 1024,
    })
    try {
      const file = scenario('hits:60%', {
        load: { shape: 'closed', concurrency: 2, rampSeconds: 0 },
        prompt: { tokens: 500, prefixCache: 'hits:60%', prefixGroups: 12 },
      })
      const run = await play(file, small.url)
      expect(run.record.priming?.room).toMatchObject({ capacityTokens: expect.any(Number) })
      expect(gateOf(run, 'cache-rate')).toMatchObject({
        status: 'fail',
        evidence: expect.stringContaining('asked 60.0 %'),
      })
    } finally {
      await small.stop()
    }
  })

  test('is refused where the server has none', async () => {
    const without = await launchSimulator({
      card: 'rtx-4090',
      model: 'llama-3.1-8b-instruct-fp8',
      enablePrefixCaching: false,
    })
    try {
      await expect(play(scenario('hits:60%'), without.url)).rejects.toThrow(/runs without prefix caching/)
    } finally {
      await without.stop()
    }
  })
})
