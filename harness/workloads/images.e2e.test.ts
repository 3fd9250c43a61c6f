import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readRows, readRun } from '../record/read.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { type FinishedRun, runOnce } from '../run/run.ts'
import type { RunOptions } from '../run/run-options.ts'
import type { PlainScenarioFile } from '../scenario/expand.ts'
import { scenarioFileSchema } from '../scenario/schema.ts'
import { type ImageServer, startImageServer } from '../testing/image-server.ts'
import { oneTrialOptions } from '../testing/run-options.ts'

/** The image path against a real server of real PNGs: what is asked, what is checked, what is counted. */
const folder = mkdtempSync(join(tmpdir(), 'images-'))
const SECONDS_AN_IMAGE = 0.15
let server: ImageServer
beforeAll(async () => {
  server = await startImageServer('stabilityai/stable-diffusion-xl-base-1.0', SECONDS_AN_IMAGE)
})
afterAll(() => server.close())
beforeEach(() => {
  server.mood = 'images'
  server.seen.length = 0
})

const scenario = (over: object = {}) =>
  scenarioFileSchema.parse({
    name: 'sdxl-test',
    title: 'SDXL',
    kind: 'image',
    model: 'sdxl',
    load: { shape: 'closed', concurrency: 1 },
    image: { size: '96x64', steps: 30, guidance: 5, batch: 1 },
    trial: { seconds: 3, warmupSeconds: 0.2, quietSeconds: 0.8, minWindowSeconds: 0.5 },
    ...over,
  }) as PlainScenarioFile

const options = (): RunOptions =>
  oneTrialOptions({
    endpoint: server.url,
    apiKey: 'sk-image-secret',
    outDir: folder,
  })

describe('a run of images', () => {
  let run: FinishedRun
  let seen: Record<string, unknown>[]
  beforeAll(async () => {
    run = await runOnce(scenario(), options())
    seen = [...server.seen]
  })

  test('sends size, steps, guidance, batch and a seed of its own with every request', () => {
    const asked = { size: '96x64', num_inference_steps: 30, guidance_scale: 5, n: 1, response_format: 'b64_json' }
    expect(seen.every((body) => Object.entries(asked).every(([key, value]) => body[key] === value))).toBe(true)
    expect(new Set(seen.map((body) => body['seed'])).size).toBe(seen.length)
  })

  test('has seconds per image no shorter than the server took, images/s and their settings in the record', async () => {
    const { record } = await readRun(run.directory)
    expect(record.status).toBe('complete')
    expect(record.scenario).toMatchObject({ kind: 'image', image: { steps: 30, guidance: 5, batch: 1 } })
    const { secondsPerImage, imagesPerS } = record.result
    expect(secondsPerImage?.mean).toBeGreaterThanOrEqual(SECONDS_AN_IMAGE - 0.002)
    expect(imagesPerS?.mean).toBeGreaterThan(0)
    // one at a time: images/s cannot pass the inverse of the shortest image
    expect(imagesPerS?.mean).toBeLessThanOrEqual(1 / (SECONDS_AN_IMAGE - 0.002))
  })

  test('knows no tokens, and says so', () => {
    const [trial] = trialsOfKind(run.record.trials, 'image')
    expect(trial).toMatchObject({ kind: 'image', outcomes: { ok: trial?.requests } })
    expect(Object.keys(trial ?? {})).not.toEqual(expect.arrayContaining(['outputTokensPerS']))
    expect(trial?.image.joulesPerImage).toMatchObject({ value: null, reason: expect.stringMatching(/--no-gpu/) })
    expect(run.record.result['outputTokensPerS']).toBeUndefined()
    expect(run.record.result['joulesPerImage']).toMatchObject({ mean: null, reason: expect.stringMatching(/--no-gpu/) })
  })

  test('keeps a row a request and no picture', async () => {
    const rows = await readRows(run.directory, 'requests.csv')
    expect(rows).toHaveLength(run.record.trials[0]?.requests ?? 0)
    expect(rows.every((row) => row.outcome === 'ok' && row.outputTokens === null && row.error === '')).toBe(true)
    expect(Object.keys(run.record.files).sort()).toEqual(
      ['gaps.csv', 'gpu.csv', 'requests.csv', 'server.csv', 'tokens.csv'].sort(),
    )
  })
})

test('two images a request count twice, and each takes half of the time', async () => {
  const two = scenario({ image: { size: '96x64', steps: 4, guidance: 1, batch: 2 } })
  const { record } = await runOnce(two, options())
  const [trial] = trialsOfKind(record.trials, 'image')
  expect(trial?.image.secondsPerImage).toBeCloseTo(Number(trial?.e2eMs.p50) / 2000, 9)
})

test.each([
  ['half-size', /png of 48x32, expected 96x64/],
  ['blank', /blank: 96x64 of one colour/],
  ['html', /not JSON/],
  ['one-short', /received 0 images, expected 1/],
] as const)('a server that sends %s is refused before anything is written', async (mood, why) => {
  server.mood = mood
  await expect(runOnce(scenario(), options())).rejects.toThrow(why)
})

test('a server without memory is a complete run whose result is OOM, with its words', async () => {
  server.mood = 'out-of-memory'
  const { record } = await runOnce(scenario(), options())
  expect(record).toMatchObject({ status: 'complete', result: {}, trials: [], quotable: false })
  expect(record.oom?.evidence).toMatch(/CUDA out of memory\. Tried to allocate 9\.50 GiB/)
})
